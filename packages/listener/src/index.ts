/** HTTP listeners that refuse web pages and slow bodies, and several processes on one port. */
export { type BrowserGuard, createBrowserGuard } from './browser-guard.ts'
export { type ConnectionShare, createConnectionShare } from './connection-share.ts'
export { listenerErrors } from './errors.ts'
export { hostNames } from './host-names.ts'
export { closeServer, createHttpServer, freePort, listen } from './http-server.ts'
export { attachInferenceLane, type LaneHandler, type LaneResponse } from './inference-lane.ts'
export type { LaneHead } from './lane-head.ts'
export { createProcessFarm, type FarmMessage, type ProcessFarm } from './process-farm.ts'
