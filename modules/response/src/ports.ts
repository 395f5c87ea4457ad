/** What response needs of the other rooms. */
import type { Digest, EntityRef, Principal, ResponseAction, Stage } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { ActionCall, Json } from './action.ts'
import type { RunState } from './run.ts'

export interface AuditPort {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: EntityRef
      readonly outcome: 'success' | 'denied' | 'failure'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

/** Policy is asked again about an incident for whose actions there was no room, in the transaction that handles its decision. */
export type DecideAgainPort = (
  tx: Tx,
  notStarted: {
    readonly tenant: string
    readonly incident: string
    readonly decision: string
    readonly actions: readonly ResponseAction[]
    readonly why: string
    /** When there may be room again. */
    readonly freeAt?: string
  },
) => Promise<void>

/** Where an incident is told what was done for it; in the transaction that keeps it. */
export type TimelinePort = (
  tx: Tx,
  entry: {
    readonly tenant: string
    readonly incident: string
    readonly run: string
    readonly kind:
      | 'waiting'
      | 'started'
      | 'contained'
      | 'verified'
      | 'incomplete'
      | 'reverted'
      | 'failed'
      | 'ambiguous'
    readonly text: string
  },
) => Promise<void>

export type RouteView = {
  readonly name: string
  readonly spec: Json
  readonly revision: number
  readonly canary?: { readonly phase: 'running' | 'promoted' | 'rolled-back'; readonly step: number }
}

/** The control plane's own routes. */
export type RoutesPort = {
  /** Stored routes; a model without one is reached by its own name. */
  readonly list: (tenant: string) => Promise<readonly RouteView[]>
  /** Refuses when the route is at another revision; 0 stands for none. */
  readonly put: (principal: Principal, name: string, spec: Json, revision: number) => Promise<void>
  readonly remove: (principal: Principal, name: string, revision: number) => Promise<void>
  readonly moveCanary: (
    principal: Principal,
    name: string,
    move: { readonly phase: 'running' | 'rolled-back'; readonly step: number; readonly reason: string },
  ) => Promise<void>
}

export type VersionView = {
  readonly model: string
  readonly version: string
  readonly digest: Digest
  readonly stage: Stage
  readonly deployedAt?: string
  /** Digests of its files. */
  readonly artifacts: readonly Digest[]
  readonly createdBy: string
}

export type VersionsPort = {
  readonly get: (tenant: string, model: string, version: string) => Promise<VersionView>
  readonly ofModel: (tenant: string, model: string) => Promise<readonly VersionView[]>
  readonly withDigest: (tenant: string, digest: Digest) => Promise<readonly VersionView[]>
  readonly transition: (
    principal: Principal,
    ref: { readonly model: string; readonly version: string },
    step: { readonly to: Stage; readonly reason: string; readonly undoes?: string },
  ) => Promise<void>
}

export type ServedView = {
  readonly route: string
  readonly model: string
  readonly version: string
  readonly digest: string
  readonly isDefault: boolean
}

export type GatewayView = {
  readonly id: string
  readonly epoch: number
  readonly connected: boolean
  readonly lastSeen: string
  /** It said that it serves no more; when it starts again it asks first. */
  readonly stopped?: boolean
  /** Digests of the versions whose bytes it has; undefined when it does not say. */
  readonly holds?: readonly string[]
}

/** What is served here and in every gateway. */
export type ServingPort = {
  readonly served: (tenant: string) => readonly ServedView[]
  /** Digests of versions whose bytes can still answer in this process or are warm. */
  readonly holding: () => ReadonlySet<string>
  /** Resolves when a snapshot built from now on is in force here and published to gateways. */
  readonly refresh: () => Promise<void>
  /** Of what gateways must have to serve by what is in force here. */
  readonly epoch: (tenant: string) => Promise<number>
  readonly gateways: (tenant: string) => Promise<readonly GatewayView[]>
  /** How long a gateway that is not heard of may go on, ms. */
  readonly offlineMs: number
  /** A call that must be refused: the code of the refusal, or `answered`. */
  readonly probeCall: (tenant: string, route: string, version: string) => Promise<string>
  /** Calls per second now, for the estimate. */
  readonly rate?: (tenant: string, route: string) => number
}

export type DenialsPort = {
  /** Signs and keeps the statement, then makes the verdict again. */
  readonly write: (
    principal: Principal,
    statement: {
      readonly digest: Digest
      readonly subject: string
      readonly denial: string
      readonly state: 'denied' | 'lifted'
      readonly reason: string
    },
  ) => Promise<void>
  /** Names of the denials that the verdict counts, and its decision. */
  readonly verdict: (
    tenant: string,
    digest: Digest,
  ) => { readonly decision: string; readonly denials: readonly string[] } | undefined
  /** Whether the statement under this name that counts is a denial, read from the evidence. */
  readonly isDenied: (tenant: string, digest: Digest, denial: string) => Promise<boolean>
}

/** One alias of a registry that points at a version. */
export type AliasView = {
  readonly registry: string
  readonly model: string
  readonly alias: string
  readonly version: string
}

/** Aliases of the registries that Rampart may write to. */
export type AliasesPort = {
  /** Aliases that point at versions with these bytes, as last seen. */
  readonly pointingAt: (tenant: string, digest: Digest) => Promise<readonly AliasView[]>
  /** The same as the registries say now, and the registries that do not answer: of them what was last seen. */
  readonly pointingNow: (
    tenant: string,
    digest: Digest,
  ) => Promise<{ readonly aliases: readonly AliasView[]; readonly unread: readonly string[] }>
  /** Where the alias points now, read from the registry itself. */
  readonly read: (tenant: string, alias: Omit<AliasView, 'version'>) => Promise<string | undefined>
  /** Points it at `to`, or removes it, provided that it is at `expected` now. */
  readonly move: (
    tenant: string,
    alias: Omit<AliasView, 'version'>,
    to: string | undefined,
    expected: string | undefined,
  ) => Promise<void>
}

export type PolicyPort = {
  readonly active: (pack: string) => { readonly version: number; readonly digest: string }
  readonly history: (
    pack: string,
  ) => Promise<readonly { readonly version: number; readonly digest: string }[]>
  readonly rollback: (principal: Principal, pack: string, to: number, expected: number) => Promise<void>
}

export type SignersPort = {
  readonly get: (
    tenant: string,
    name: string,
  ) => Promise<{ readonly spec: Json; readonly revision: number; readonly state: string }>
  readonly put: (principal: Principal, name: string, spec: Json, revision: number) => Promise<void>
  readonly dependents: (tenant: string, name: string) => Promise<readonly string[]>
}

/** Calls to URLs that a user set: guarded, bounded, redirects not followed. */
export type WebhookPort = {
  readonly post: (request: {
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
    readonly signal: AbortSignal
  }) => Promise<{ readonly status: number; readonly body: string }>
  readonly secret: (name: string) => Promise<string>
}

/** Mail servers that a user set: guarded, TLS only, bounded. */
export type MailPort = {
  readonly send: (
    server: {
      readonly url: string
      readonly username?: string
      readonly password?: string
      readonly ca?: string
    },
    message: {
      readonly from: string
      readonly to: readonly string[]
      readonly subject: string
      readonly text: string
      readonly messageId: string
      readonly headers: Readonly<Record<string, string>>
    },
    signal: AbortSignal,
  ) => Promise<
    | { readonly kind: 'taken'; readonly reply: string }
    | { readonly kind: 'refused' | 'unknown'; readonly why: string }
  >
  readonly secret: (name: string) => Promise<string>
}

/** The packet filter of this host. */
export type FirewallPort = {
  /** Why the address may not be cut off: malformed, protected, or needed. */
  readonly refusal: (address: string) => string | undefined
  readonly block: (address: string, ttlSeconds: number) => Promise<void>
  readonly release: (address: string) => Promise<void>
  readonly isBlocked: (address: string) => Promise<boolean>
}

/** Processes of a notebook on this host with the control group each came from; empty when it runs elsewhere. */
export type NotebookProcesses = readonly {
  readonly pid: number
  readonly startTime: string
  readonly cgroup: string
}[]

export type NotebookTarget = {
  readonly tenant: string
  readonly notebook: string
  /** Of a hub; absent for a server of its own. */
  readonly user?: string
  readonly signal: AbortSignal
}

/** Jupyter servers and hubs, as resources name them. */
export type NotebooksPort = {
  readonly look: (target: NotebookTarget) => Promise<{
    readonly up: boolean
    readonly servers: readonly string[]
    readonly processes: NotebookProcesses
  }>
  /** Nothing happens for a notebook that runs elsewhere. */
  readonly cutEgress: (
    target: NotebookTarget,
    processes: NotebookProcesses,
    ttlSeconds: number,
  ) => Promise<void>
  readonly stop: (target: NotebookTarget) => Promise<void>
  readonly restore: (
    target: NotebookTarget,
    before: { readonly servers: readonly string[]; readonly processes: NotebookProcesses },
  ) => Promise<void>
  readonly state: (
    target: NotebookTarget,
    processes: NotebookProcesses,
  ) => Promise<{
    /** A server of its own answers; false for a hub, which goes on. */
    readonly up: boolean
    readonly running: number
    readonly tokens: number
    /** True as well where there was nothing to cut. */
    readonly isCut: boolean
    /** True when servers can be started from here. */
    readonly restorable: boolean
  }>
}

export type PlaybookReference = { readonly playbook: string; readonly revision: number }

/** Playbooks, as the action that runs them needs them; `key` names one playbook run. */
export type PlaybooksPort = {
  /** Throws when it may not be run: unknown, unsigned, tampered with, revoked, out of its time. */
  readonly describe: (
    tenant: string,
    reference: PlaybookReference,
  ) => Promise<{ readonly title: string; readonly actions: readonly string[] }>
  /** Begins it, or gives the one that was begun under the key. */
  readonly begin: (
    call: ActionCall,
    request: PlaybookReference & {
      readonly variables: Readonly<Record<string, string>>
      readonly key: string
    },
  ) => Promise<string>
  readonly look: (
    tenant: string,
    key: string,
  ) => Promise<
    | {
        readonly phase: 'running' | 'completed' | 'failed'
        readonly why?: string
        /** Names of its steps that failed, also where the playbook went on. */
        readonly failed: readonly string[]
        /** Runs it started that may have something in force. */
        readonly left: readonly { readonly id: string; readonly state: RunState }[]
      }
    | undefined
  >
  /** It starts nothing more, and what it started is undone. */
  readonly cancel: (principal: Principal, key: string, reason: string) => Promise<void>
}
