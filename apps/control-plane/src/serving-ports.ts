/** What the router asks of the other rooms, on its hot path and beside it. */
import type { IncomingMessage } from 'node:http'
import type { Audit } from '@rampart/audit'
import { DEFAULT_TENANT, entity, type Principal } from '@rampart/domain'
import type { Identity } from '@rampart/identity'
import type { Policy } from '@rampart/policy'
import { createAuditAnchor, type ServingDeps } from '@rampart/serving'
import type { Signer } from '@rampart/signing'
import type { SignalSink } from '@rampart/threats'
import type { Ground } from './ground.ts'

const ANONYMOUS: Principal = {
  kind: 'anonymous',
  id: 'loopback',
  tenant: DEFAULT_TENANT,
  roles: [],
  via: 'none',
}

/** In development, inference is open on loopback: no credentials means the anonymous caller, wrong ones are refused. */
const createAuthenticate =
  (identity: Identity, mode: Ground['mode']) =>
  (request: Pick<IncomingMessage, 'headers'>): Principal | Promise<Principal> => {
    const { authorization, cookie } = request.headers
    if (authorization !== undefined)
      return identity.authenticateCached(authorization) ?? identity.authenticate({ authorization })
    if (mode === 'development') return ANONYMOUS
    return identity.authenticate({ cookie })
  }

/** Callers under containment are refused where they are recognised; while there are none it costs one comparison. */
export const withCallerRules = <P extends Pick<ServingDeps, 'authenticate'>>(
  ports: P,
  check: (caller: Principal) => void,
): P => ({
  ...ports,
  authenticate: (request: Parameters<ServingDeps['authenticate']>[0]) => {
    const found = ports.authenticate(request)
    if (found instanceof Promise)
      return found.then((caller) => {
        check(caller)
        return caller
      })
    check(found)
    return found
  },
})

export const createServingPorts = (
  deps: Ground & {
    readonly audit: Audit
    readonly identity: Identity
    readonly policy: Policy
    readonly signals: SignalSink
    /** Signs verdicts. */
    readonly signer: Pick<Signer, 'publicKey'>
  },
): Omit<ServingDeps, 'observe' | 'options'> => {
  const verdictKeys = [deps.signer.publicKey]
  const { clock, random, logger, metrics, tracer, mode, database, audit, identity, policy, signals } = deps
  return {
    clock,
    random,
    logger,
    metrics,
    ...(tracer === undefined ? {} : { tracer }),
    mode,
    policyHot: () => policy.hot('inference'),
    verdictKeys: () => verdictKeys,
    authenticate: createAuthenticate(identity, mode),
    raiseSignal: (tenant, signal) => signals.raise(tenant, signal),
    logDecision: (tenant, decision) => policy.logDecision(tenant, decision, 'inference'),
    auditDenied: ({ tenant, principal, route, ...details }) =>
      database.tx(tenant, (tx) =>
        audit.record(tx, {
          tenant,
          principal,
          action: 'inference.denied',
          entity: entity('route', route),
          outcome: 'denied',
          details,
        }),
      ),
    anchor: createAuditAnchor(deps),
  }
}
