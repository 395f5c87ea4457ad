/** The door of approvals: who must agree before a version is used, who has, and what that still rests on. */
export { type ApprovalRoom, type ApprovalRoomDeps, createApprovalRoom } from './approval-room.ts'
export { approvalErrors } from './errors.ts'
export { registerApprovalRoutes } from './routes.ts'
