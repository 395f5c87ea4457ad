/** The inference router on signed snapshots: what a snapshot says becomes policy, callers, model files and routes. */
import { createOidcVerifier } from '@rampart/connectors/oidc'
import { DEFAULT_TENANT, type Digest, type Principal } from '@rampart/domain'
import { artifactsOf, type createArtifactCache, type GatewaySnapshot, hydrate } from '@rampart/gateways'
import { createOfflineAuthenticator, identityErrors, type TokenVerifier } from '@rampart/identity'
import type { Clock, Logger } from '@rampart/kit'
import type { CompiledPack, createPackOpener } from '@rampart/policy'
import { createServing, type Serving, type ServingDeps, versionKey } from '@rampart/serving'
import { readVerificationKey, type VerificationKey } from '@rampart/signing'
import type { Layout } from '@rampart/telemetry'
import { gatewayErrors } from './errors.ts'

export type RouterDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly artifacts: ReturnType<typeof createArtifactCache>
  readonly openPack: Awaited<ReturnType<typeof createPackOpener>>
  /** Why calls must be refused now. */
  readonly refusal: () => Error | undefined
  readonly serving: Omit<ServingDeps, 'mode' | 'policyHot' | 'authenticate' | 'verdictKeys'>
  readonly backendHosts: readonly string[]
  /** Throws when this process may not run in that mode. */
  readonly checkMode: (mode: GatewaySnapshot['mode']) => void
}

export type Router = {
  /** Puts a snapshot in force. What it takes away stops at once; what it brings begins when it is loaded. */
  apply(snapshot: GatewaySnapshot): Promise<void>
  serving(): Serving | undefined
  layoutOf(tenant: string, ref: { readonly name: string; readonly version: string }): Layout | undefined
  authenticate(authorization: string | undefined): Principal | Promise<Principal>
  mode(): GatewaySnapshot['mode'] | undefined
  stop(): Promise<void>
}

const RETRY_MS = 5_000

/** What the router is built for; another kind needs another process. */
const kindOf = ({ mode, verdictKeys }: GatewaySnapshot): string =>
  `${mode} mode ${verdictKeys === undefined ? 'without' : 'with'} verdicts`

const anonymousOf = (tenant: string): Principal => ({
  kind: 'anonymous',
  id: 'loopback',
  tenant,
  roles: [],
  via: 'none',
})

export const createRouter = (deps: RouterDeps): Router => {
  const { logger, artifacts } = deps
  const callers = createOfflineAuthenticator(deps)
  let current: GatewaySnapshot | undefined
  let serving: Serving | undefined
  let pack: CompiledPack | undefined
  let verdictKeys: readonly VerificationKey[] | undefined
  let anonymous = anonymousOf(DEFAULT_TENANT)
  let layouts = new Map<string, Layout>()
  let tokens: { readonly key: string; readonly verifier: TokenVerifier } | undefined
  let retry: NodeJS.Timeout | undefined

  const verifierFor = ({ oidc }: GatewaySnapshot): TokenVerifier | undefined => {
    if (oidc === undefined) return undefined
    const key = JSON.stringify(oidc)
    // The same issuer keeps its verifier, and with it the keys that were fetched.
    if (tokens?.key !== key) tokens = { key, verifier: createOidcVerifier({ ...oidc, ...deps }) }
    return tokens.verifier
  }

  const authenticate = (authorization: string | undefined): Principal | Promise<Principal> => {
    const refused = deps.refusal()
    if (refused !== undefined) throw refused
    if (authorization !== undefined) return callers.authenticate(authorization)
    if (current?.mode === 'development') return callers.admit(anonymous)
    throw identityErrors.IDENTITY_CREDENTIALS_MISSING('the request carries no credentials')
  }

  const startServing = async (snapshot: GatewaySnapshot): Promise<Serving> => {
    const { options } = deps.serving
    const addresses = { allowLoopback: snapshot.mode === 'development', allowed: deps.backendHosts }
    const started = createServing({
      ...deps.serving,
      options: { ...options, addresses },
      mode: snapshot.mode,
      policyHot: () => pack,
      authenticate: ({ headers }) => authenticate(headers.authorization),
      ...(snapshot.verdictKeys === undefined ? {} : { verdictKeys: () => verdictKeys ?? [] }),
    })
    await started.start()
    return started
  }

  /** Everything but the routes: it is there at once. */
  const take = (snapshot: GatewaySnapshot): void => {
    const opened = pack?.digest === snapshot.policy.digest ? pack : deps.openPack(snapshot.policy)
    verdictKeys = snapshot.verdictKeys?.map((pem) => readVerificationKey(pem))
    pack = opened
    callers.use(snapshot.tenant, snapshot.callers, verifierFor(snapshot))
    if (anonymous.tenant !== snapshot.tenant) anonymous = anonymousOf(snapshot.tenant)
    layouts = new Map(snapshot.layouts.map(({ model, version, layout }) => [`${model}:${version}`, layout]))
  }

  /** What answers now and still may, until the new files are here. */
  const remaining = (before: GatewaySnapshot, next: GatewaySnapshot) => {
    const deployed = new Set(next.deployed)
    return {
      ...before,
      deployed: next.deployed,
      routes: before.routes.filter((route) => route.stage !== 'deployed' || deployed.has(versionKey(route))),
    }
  }

  const missingOf = (snapshot: GatewaySnapshot): Digest[] =>
    [...artifactsOf(snapshot)].filter((digest) => !artifacts.has(digest))

  /** A file that cannot be had leaves its version unserved, and is asked for again. */
  const fetchMissing = async (snapshot: GatewaySnapshot): Promise<boolean> => {
    let all = true
    for (const digest of missingOf(snapshot))
      await artifacts.fetch(digest).catch((error: unknown) => {
        all = false
        logger.warn({ err: error, digest }, 'gateway.artifact-not-fetched')
      })
    return all
  }

  const swap = async (snapshot: GatewaySnapshot, router: Serving): Promise<void> => {
    const complete = await fetchMissing(snapshot)
    const report = await router.setSnapshot(hydrate(snapshot, artifacts.path))
    for (const failure of report.failed) logger.error({ ...failure }, 'gateway.version-not-loaded')
    clearTimeout(retry)
    if (complete) return artifacts.keep(artifactsOf(snapshot))
    retry = setTimeout(() => {
      if (current === snapshot) void swap(snapshot, router)
    }, RETRY_MS).unref()
  }

  return {
    apply: async (snapshot) => {
      if (current !== undefined && kindOf(current) !== kindOf(snapshot))
        throw gatewayErrors.GATEWAY_MODE_CHANGED(`the control plane is in ${kindOf(snapshot)} now`)
      deps.checkMode(snapshot.mode)
      take(snapshot)
      const before = current
      current = snapshot
      serving ??= await startServing(snapshot)
      if (before !== undefined && missingOf(snapshot).length > 0)
        await serving.setSnapshot(hydrate(remaining(before, snapshot), artifacts.path))
      await swap(snapshot, serving)
    },
    serving: () => serving,
    layoutOf: (_tenant, { name, version }) => layouts.get(`${name}:${version}`),
    authenticate,
    mode: () => current?.mode,
    stop: async () => {
      clearTimeout(retry)
      current = undefined
      await serving?.stop()
    },
  }
}
