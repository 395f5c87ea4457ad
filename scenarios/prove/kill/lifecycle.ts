/** One version after another on its way from registration to retirement, across all kills; none may get stuck. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Plane } from './plane.ts'
import { accepted, type Desk, type Writer } from './writers.ts'

const MODEL = 'prove-kill'
const NEXT: Readonly<Record<string, string>> = {
  assessed: 'approved',
  approved: 'deployed',
  deployed: 'retired',
}
const LOOK_AGAIN_MS = 50

type Passport = {
  readonly stage: string
  readonly digest: string
  readonly transitions: readonly { readonly to: string }[]
}
type Artifact = { readonly path: string; readonly role: string; readonly digest: string }

const pathOf = (version: string): string => `/api/v1/models/${MODEL}/versions/${version}`

/** The card-fraud example's files and specification, without its replay. */
const readExample = async (plane: Plane): Promise<{ artifacts: Artifact[]; spec: unknown }> => {
  const { body } = await plane.call('GET', '/api/v1/models/card-fraud/versions/1.0.0')
  const { artifacts, spec } = body as { artifacts: (Artifact & { sizeBytes: number })[]; spec: unknown }
  return {
    artifacts: artifacts
      .filter(({ role }) => role === 'model' || role === 'reference')
      .map(({ path, role, digest }) => ({ path, role, digest })),
    spec,
  }
}

/** A writer that carries the current version one step on at each call. */
export const createLifecycleWriter = (): Writer & { readonly retired: () => number } => {
  let version: string | undefined
  let digest: string | undefined
  let retired = 0

  const register = async (desk: Desk): Promise<void> => {
    const { plane, ledger, number } = desk
    const { artifacts, spec } = await readExample(plane)
    const next = `1.0.${number()}`
    const id = `${MODEL}:${next}`
    ledger.tried(`model-version.register ${id}`)
    const answer = await plane.call('POST', `/api/v1/models/${MODEL}/versions`, {
      version: next,
      artifacts,
      spec,
    })
    if (!accepted(desk, 'registration', answer)) return
    version = next
    digest = (answer.body as Passport).digest
    const registered = digest
    ledger.acknowledged({
      kind: 'registration',
      title: id,
      audit: `model-version.register ${id}`,
      holds: async (look) => {
        const { status, body } = await look.get(pathOf(next))
        return status === 200 && (body as Passport).digest === registered
      },
    })
  }

  const step = async (desk: Desk, at: string, to: string): Promise<void> => {
    const { plane, ledger } = desk
    const audit = `model-version.transition.${to} ${MODEL}:${at}`
    ledger.tried(audit)
    const answer = await plane.call('POST', `${pathOf(at)}/transitions`, { to, reason: 'the proof goes on' })
    if (!accepted(desk, `transition to ${to}`, answer)) return
    ledger.acknowledged({
      kind: 'transition',
      title: `${MODEL}:${at} to ${to}`,
      audit,
      holds: async (look) => {
        const { status, body } = await look.get(pathOf(at))
        return status === 200 && (body as Passport).transitions.some((one) => one.to === to)
      },
    })
  }

  const writer: Writer = async (desk) => {
    if (version === undefined) return register(desk)
    const { status, body } = await desk.plane.call('GET', pathOf(version))
    if (status !== 200) return
    const { stage } = body as Passport
    const to = NEXT[stage]
    if (to !== undefined) return step(desk, version, to)
    if (stage === 'retired') {
      retired += 1
      version = undefined
    } else await delay(LOOK_AGAIN_MS)
  }
  return Object.assign(writer, { retired: () => retired })
}
