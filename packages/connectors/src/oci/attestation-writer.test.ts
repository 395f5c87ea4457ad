import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutboundHttp } from '../outbound/index.ts'
import { createOciPusher } from '../testing/oci-pusher.ts'
import { startOciStandIn } from '../testing/oci-stand-in.ts'
import { createOciRegistry } from './index.ts'

const call = () => ({ signal: AbortSignal.timeout(30_000) })
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const TYPE = 'application/vnd.dsse.envelope.v1+json'
const APPROVAL = 'https://rampart.dev/attestation/approval/v1'

for (const referrers of [true, false])
  test(`signed statements are referrers of the manifest, ${referrers ? 'by the API' : 'by the stand-in tag'}`, async (t) => {
    const standIn = await startOciStandIn({ referrers })
    t.after(standIn.stop)
    const { host } = new URL(standIn.origin)
    const registry = createOciRegistry({
      url: `${standIn.origin}/team`,
      http: createOutboundHttp({ addresses: { allowLoopback: true, allowed: [] } }),
      login: { kind: 'none' },
    })
    t.after(registry.close)
    const subject = await createOciPusher(standIn.origin).artifact('team/fraud', '1.0', {
      files: [{ title: 'model.onnx', bytes: text('weights') }],
    })
    const version = await registry.version('fraud', '1.0', call())
    const { attestations, setTag } = registry.writer ?? {}
    assert.ok(version !== undefined && attestations !== undefined)
    const get = async (path: string) => {
      const answer = await fetch(`${standIn.origin}/v2/team/fraud/${path}`)
      return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : undefined
    }
    const listed = async () => {
      const path = referrers ? `referrers/${subject.digest}` : `manifests/${subject.digest.replace(':', '-')}`
      const { manifests = [] } = ((await get(path)) ?? {}) as { manifests?: Record<string, unknown>[] }
      return manifests.filter(({ artifactType }) => artifactType === TYPE)
    }
    const put = (said: string) =>
      attestations.put(version, { predicateType: APPROVAL, envelope: text(said) }, call())
    const first = await put('{"payload":"a"}')
    assert.equal(await put('{"payload":"a"}'), first, 'the same one again changes nothing')
    const second = await put('{"payload":"b"}')
    await setTag?.(version, 'rampart.verdict', 'allow', undefined, call())
    assert.deepEqual((await listed()).map(({ digest }) => digest).sort(), [first, second].sort())
    assert.deepEqual((await listed())[0]?.['annotations'], { 'in-toto.io/predicate-type': APPROVAL })
    const { subject: about, layers } = (await get(`manifests/${first}`)) as {
      subject: { digest: string }
      layers: { digest: string; mediaType: string }[]
    }
    const [layer] = layers
    assert.deepEqual([about.digest, layer?.mediaType], [subject.digest, TYPE])
    assert.deepEqual(await get(`blobs/${layer?.digest}`), { payload: 'a' })
    // What is known of the version does not change by what we say of it: no new look at its files.
    const again = await registry.version('fraud', '1.0', call())
    const files = await registry.files(version, call())
    assert.deepEqual(
      [again?.tags['rampart.verdict'], files.map(({ path }) => path)],
      ['allow', ['model.onnx']],
    )
    await attestations.remove(version, first, call())
    await attestations.remove(version, first, call())
    assert.deepEqual(
      (await listed()).map(({ digest }) => digest),
      [second],
    )
    const elsewhere = { ...version, source: `other.example/team/fraud@${subject.digest}` }
    for (const target of [elsewhere, { ...version, source: `${host}/team/fraud@sha256:${'0'.repeat(64)}` }])
      await assert.rejects(
        attestations.put(target, { predicateType: APPROVAL, envelope: text('{}') }, call()),
        { code: 'OCI_ANSWER_INVALID' },
      )
  })
