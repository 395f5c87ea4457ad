/** The actions on the control plane's own rooms, given what they reach. */
import type { Action } from '../action.ts'
import type { CallerRules } from '../caller-rules.ts'
import type {
  FirewallPort,
  MailPort,
  NotebooksPort,
  PlaybooksPort,
  PolicyPort,
  SignersPort,
  WebhookPort,
} from '../ports.ts'
import { callerDeny, callerThrottle } from './caller.ts'
import { policyRollback, signerSuspend } from './governance.ts'
import { ticketMail } from './mail.ts'
import { ticketOpen, webhookPost } from './messages.ts'
import { networkSegment } from './network.ts'
import { notebookIsolate } from './notebook.ts'
import { playbookRun } from './playbook.ts'
import { canaryStop, routePreviousVersion, routeTo } from './route-change.ts'
import {
  aliasesRemove,
  cachesEvict,
  digestDeny,
  routeWithdraw,
  versionStage,
  type WithdrawalPorts,
} from './withdrawal.ts'

export type ActionPorts = WithdrawalPorts & {
  readonly policy: PolicyPort
  readonly signers: SignersPort
  readonly webhooks: WebhookPort
  readonly mail: MailPort
  readonly callerRules: Pick<CallerRules, 'put' | 'remove' | 'inForce' | 'lagging'>
  readonly now: () => number
  readonly firewall: FirewallPort
  readonly notebooks: NotebooksPort
  readonly playbooks: PlaybooksPort
}

export const createActions = (ports: ActionPorts): readonly Action[] => [
  routePreviousVersion(ports),
  routeTo(ports),
  canaryStop(ports),
  versionStage(ports, {
    name: 'version.quarantine',
    to: 'quarantined',
    title: 'keep a version but stop serving it',
  }),
  versionStage(ports, { name: 'version.retract', to: 'retracted', title: 'withdraw a version' }),
  digestDeny(ports),
  routeWithdraw(ports),
  cachesEvict(ports),
  ...(ports.aliases === undefined ? [] : [aliasesRemove(ports, ports.aliases)]),
  callerThrottle(ports.callerRules),
  callerDeny(ports.callerRules),
  policyRollback(ports.policy),
  signerSuspend(ports.signers),
  webhookPost(ports.webhooks, ports.now),
  ticketOpen(ports.webhooks, ports.now),
  ticketMail(ports.mail),
  networkSegment(ports.firewall),
  notebookIsolate(ports.notebooks),
  playbookRun(ports.playbooks),
]
