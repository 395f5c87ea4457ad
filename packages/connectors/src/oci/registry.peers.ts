/** Run by `npm run test:peers -- oci`: real registries, filled by ORAS and cosign, read and changed by our adapter. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Registry, RegistryVersion } from '@rampart/domain'
import { importPKCS8, SignJWT } from 'jose'
import { createOutboundHttp } from '../outbound/index.ts'
import { loopbackTls } from '../testing/loopback-tls.ts'
import { createOciPusher } from '../testing/oci-pusher.ts'
import { freePort, startPeer } from '../testing/peer-process.ts'
import { registryContract } from '../testing/registry-contract.ts'
import type { OciLogin } from './authorization.ts'
import { createOciRegistry } from './index.ts'

const bin = process.env['RAMPART_OCI_BIN'] ?? ''
const cosign = process.env['RAMPART_COSIGN'] ?? ''
const run = promisify(execFile)
const call = () => ({ signal: AbortSignal.timeout(60_000) })

type Running = { readonly host: string; readonly folder: string; readonly stop: () => Promise<void> }

/** Docker's registry 2.8.2 with deletion on: no referrers API, and no deletion of a tag alone. */
const startDocker = async (auth: unknown = undefined): Promise<Running> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-oci-'))
  const port = await freePort()
  await writeFile(join(folder, 'ca.pem'), loopbackTls.cert)
  // Made with bcrypt at its lowest cost: robot, pa55word.
  await writeFile(
    join(folder, 'htpasswd'),
    'robot:$2b$04$1MF3ksMBtN4zMevUH0GXI.tcGZSYgjwoJMmZeqL8nuZrysNRp/5P2\n',
  )
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret: 'of one instance' },
    ...(auth === undefined ? {} : { auth }),
  }
  // JSON is YAML too.
  const text = JSON.stringify(config).replaceAll('FOLDER', folder)
  await writeFile(join(folder, 'config.yml'), text)
  const peer = await startPeer(join(bin, 'docker-registry'), ['serve', join(folder, 'config.yml')], port)
  return {
    host: `127.0.0.1:${port}`,
    folder,
    stop: async () => {
      await peer.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** go-containerregistry's registry, in memory, with the referrers API. */
const startReferrers = async (): Promise<Running> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-oci-'))
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  const peer = await startPeer(join(bin, 'oci-referrers'), [host], port)
  return {
    host,
    folder,
    stop: async () => {
      await peer.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const openAt = (host: string, login: OciLogin = { kind: 'none' }, parameters = {}) =>
  createOciRegistry({
    url: `http://${host}/team`,
    http: createOutboundHttp({ addresses: { allowLoopback: false, allowed: ['127.0.0.1'] } }),
    login,
    parameters,
  })

const KINDS = [
  ['docker-registry', () => startDocker()],
  ['go-containerregistry', startReferrers],
] as const

for (const [name, start] of KINDS)
  registryContract({
    name,
    start: async () => {
      const { host, stop } = await start()
      const pusher = createOciPusher(`http://${host}`)
      const kept = new Map<string, Readonly<Record<string, Uint8Array>>>()
      const put = async (model: string, version: string, files: Readonly<Record<string, Uint8Array>>) => {
        kept.set(`${model}/${version}`, files)
        const layers = Object.entries(files).map(([title, bytes]) => ({ title, bytes }))
        await pusher.artifact(`team/${model}`, version, { files: layers })
        return version
      }
      return {
        open: async () => openAt(host),
        put,
        setAlias: async (model, alias, version) => {
          if (version !== undefined) return pusher.retag(`team/${model}`, version, alias)
          const registry = openAt(host)
          const present = (await registry.aliases(model, call()))[alias]
          await registry.writer?.setAlias(model, alias, undefined, present, call())
          await registry.close()
        },
        replace: async (model, version, path, bytes) => {
          await put(model, version, { ...kept.get(`${model}/${version}`), [path]: bytes })
        },
        stop,
      }
    },
  })

/** A statement signed by cosign, put there by us, found and fetched by ORAS, verified by cosign. */
const attestationReturns = async (
  { writer }: Registry,
  version: RegistryVersion,
  { image, options }: { readonly image: string; readonly options: { readonly cwd: string } },
): Promise<void> => {
  const oras = async (...args: string[]) => (await run(join(bin, 'oras'), args, options)).stdout
  const text = (name: string) => readFile(join(options.cwd, name), 'utf8')
  const digest = version.source.split('@')[1] ?? ''
  const type = 'https://rampart.dev/attestation/approval/v1'
  await writeFile(join(options.cwd, 'predicate.json'), '{"approver":"user:ann"}')
  const noLog = ['--tlog-upload=false', '--use-signing-config=false', '--yes']
  const about = ['--predicate', 'predicate.json', '--type', type, '--bundle', 'signed.json', 'model.onnx']
  await run(cosign, ['attest-blob', '--key', 'cosign.key', ...noLog, ...about], options)
  const signed = JSON.parse(await text('signed.json')) as { dsseEnvelope: unknown }
  const envelope = Buffer.from(JSON.stringify(signed.dsseEnvelope))
  await writer?.attestations?.put(version, { predicateType: type, envelope }, call())
  const dsse = 'application/vnd.dsse.envelope.v1+json'
  const wanted = ['--format', 'json', '--artifact-type', dsse, `${image}@${digest}`]
  const found = await oras('discover', '--plain-http', ...wanted)
  const digests = [...found.matchAll(/@(sha256:[0-9a-f]{64})"/g)].map(([, one]) => one)
  const [referrer, ...more] = [...new Set(digests)].filter((one) => one !== digest)
  assert.equal(more.length, 0, found)
  const manifest = JSON.parse(await oras('manifest', 'fetch', '--plain-http', `${image}@${referrer}`)) as {
    layers: { digest: string }[]
    subject: { digest: string }
  }
  assert.equal(manifest.subject.digest, digest)
  const layer = `${image}@${manifest.layers[0]?.digest}`
  await oras('blob', 'fetch', '--plain-http', '--output', 'envelope.json', layer)
  const back = { ...signed, dsseEnvelope: JSON.parse(await text('envelope.json')) as unknown }
  await writeFile(join(options.cwd, 'back.json'), JSON.stringify(back))
  const verify = ['verify-blob-attestation', '--key', 'cosign.pub', '--insecure-ignore-tlog=true']
  await run(cosign, [...verify, '--bundle', 'back.json', '--type', type, 'model.onnx'], options)
}

for (const [name, start] of KINDS)
  test(`${name}: what ORAS pushes and attaches and cosign signs is read`, async (t) => {
    const { host, folder, stop } = await start()
    t.after(stop)
    await writeFile(join(folder, 'model.onnx'), 'weights')
    await writeFile(join(folder, 'bom.json'), '{"bomFormat":"CycloneDX"}')
    await writeFile(
      join(folder, 'model.sig'),
      '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}',
    )
    const options = { cwd: folder, env: { ...process.env, COSIGN_PASSWORD: '' } }
    const oras = (...args: string[]) => run(join(bin, 'oras'), args, options)
    const image = `${host}/team/fraud`
    const { stdout } = await oras(
      'push',
      '--plain-http',
      '--format',
      'go-template={{.digest}}',
      '--annotation',
      'org.opencontainers.image.revision=4f2a',
      `${image}:1.0,champion`,
      'model.onnx:application/onnx',
    )
    const digest = stdout.trim()
    const BOM = 'application/vnd.cyclonedx+json'
    await oras('attach', '--plain-http', '--artifact-type', BOM, `${image}@${digest}`, `bom.json:${BOM}`)
    const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
    await oras(
      'attach',
      '--plain-http',
      '--artifact-type',
      BUNDLE,
      `${image}@${digest}`,
      `model.sig:${BUNDLE}`,
    )
    await run(cosign, ['generate-key-pair'], options)
    await run(
      cosign,
      [
        'sign',
        '--key',
        'cosign.key',
        '--tlog-upload=false',
        '--use-signing-config=false',
        '--allow-http-registry',
        '--yes',
        `${image}@${digest}`,
      ],
      options,
    )
    const registry = openAt(host)
    t.after(registry.close)
    const { versions } = await registry.list(undefined, call())
    assert.deepEqual(
      versions.map(({ model, version, aliases, source }) => ({ model, version, aliases, source })),
      [{ model: 'fraud', version: '1.0', aliases: ['champion'], source: `${image}@${digest}` }],
    )
    const [version] = versions
    assert.ok(version !== undefined)
    assert.deepEqual(await registry.lineage?.(version, call()), { codeRevision: '4f2a' })
    const files = await registry.files(version, call())
    const paths = files.map(({ path }) => path.replace(/[0-9a-f]{16}/, 'HEX')).toSorted()
    assert.deepEqual(paths, ['attestations/HEX.sigstore.json', 'bom.json', 'model.onnx', 'model.sig'])
    const bundle = files.find(({ path }) => path.startsWith('attestations/'))
    assert.ok(bundle !== undefined)
    const chunks = []
    for await (const chunk of (await registry.open(bundle, 0, call())).stream) chunks.push(chunk)
    const { dsseEnvelope } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      dsseEnvelope: { payload: string }
    }
    const statement = Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8')
    assert.ok(statement.includes(digest.slice('sha256:'.length)), 'cosign signed the manifest')
    // What we write, others read.
    await registry.writer?.setAlias('fraud', 'approved', '1.0', undefined, call())
    await registry.writer?.setTag(version, 'rampart.verdict', 'allow', undefined, call())
    const resolved = await oras('resolve', '--plain-http', `${image}:approved`)
    assert.equal(resolved.stdout.trim(), digest)
    const discovered = await oras('discover', '--plain-http', '--format', 'json', `${image}@${digest}`)
    assert.ok(discovered.stdout.includes('rampart.verdict'), discovered.stdout)
    await attestationReturns(registry, version, { image, options })
    await run(
      cosign,
      [
        'verify',
        '--key',
        'cosign.pub',
        '--insecure-ignore-tlog=true',
        '--allow-http-registry',
        `${image}@${digest}`,
      ],
      options,
    )
  })

test('docker-registry: a password and a token that the registry itself verifies', async (t) => {
  const withPassword = await startDocker({ htpasswd: { realm: 'models', path: 'FOLDER/htpasswd' } })
  t.after(withPassword.stop)
  const login = (password: string): OciLogin => ({
    kind: 'basic',
    username: 'robot',
    password: async () => password,
  })
  const basicHeader = `Basic ${Buffer.from('robot:pa55word').toString('base64')}`
  const files = [{ title: 'model.onnx', bytes: Buffer.from('weights') }]
  await createOciPusher(`http://${withPassword.host}`, { authorization: basicHeader }).artifact(
    'team/fraud',
    '1',
    { files },
  )
  const right = openAt(withPassword.host, login('pa55word'))
  t.after(right.close)
  assert.equal((await right.list(undefined, call())).versions.length, 1)
  const wrong = openAt(withPassword.host, login('guess'))
  t.after(wrong.close)
  await assert.rejects(wrong.list(undefined, call()), { code: 'OUTBOUND_DENIED' })

  const key = await importPKCS8(loopbackTls.key, 'ES256')
  const x5c = [loopbackTls.cert.replaceAll(/-----[^-]+-----|\s/g, '')]
  const asked: string[] = []
  const service = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://service')
    const scope = url.searchParams.get('scope') ?? ''
    asked.push(scope)
    const [type = '', name = '', actions = ''] = scope.split(':')
    if (request.headers.authorization !== basicHeader) return response.writeHead(401).end()
    return new SignJWT({ access: [{ type, name, actions: actions.split(',') }] })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', x5c })
      .setIssuer('tests')
      .setSubject('robot')
      .setAudience('models')
      .setIssuedAt()
      .setNotBefore('-10s')
      .setExpirationTime('5m')
      .setJti(String(asked.length))
      .sign(key)
      .then((token) => response.end(JSON.stringify({ token, expires_in: 300 })))
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    service.closeAllConnections()
    await new Promise((resolve) => service.close(resolve))
  })
  const tokenHost = `127.0.0.1:${(service.address() as AddressInfo).port}`
  const withToken = await startDocker({
    token: {
      realm: `http://${tokenHost}/token`,
      service: 'models',
      issuer: 'tests',
      rootcertbundle: 'FOLDER/ca.pem',
    },
  })
  t.after(withToken.stop)
  const registry = openAt(withToken.host, login('pa55word'), { tokenHost })
  t.after(registry.close)
  assert.equal(await registry.version('fraud', '1', call()), undefined)
  assert.deepEqual(asked, ['repository:team/fraud:pull'])
  assert.deepEqual((await registry.list(undefined, call())).versions, [])
  assert.ok(asked.includes('registry:catalog:*'))
  const unnamed = openAt(withToken.host, login('pa55word'))
  t.after(unnamed.close)
  await assert.rejects(unnamed.list(undefined, call()), { code: 'OCI_AUTH_REFUSED' })
})
