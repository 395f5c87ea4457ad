import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli, startFakeServer } from './testing.ts'

let folder: string
let server: Awaited<ReturnType<typeof startFakeServer>>
const sha = createHash('sha256').update('weights').digest('hex')
const statement = JSON.stringify({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'w', digest: { sha256: sha } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://type.test',
      resolvedDependencies: [{ uri: 'git+https://r.test' }],
    },
    runDetails: { builder: { id: 'https://builder.test' } },
  },
})
const keys = generateKeyPairSync('ed25519')

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-bom-'))
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'net'))
  put('net/w.safetensors', 'weights')
  put('net/README.md', '---\nlicense: mit\ndatasets: [imdb]\nbase_model: org/base\n---\n')
  put('net/config.json', '{"architectures":["BertModel"],"model_type":"bert"}')
  put('statement.json', statement)
  const type = 'application/vnd.in-toto+json'
  const message = Buffer.from(`DSSEv1 ${type.length} ${type} ${Buffer.byteLength(statement)} ${statement}`)
  const sig = sign(null, message, keys.privateKey).toString('base64')
  put(
    'signed.json',
    JSON.stringify({
      payloadType: type,
      payload: Buffer.from(statement).toString('base64'),
      signatures: [{ sig }],
    }),
  )
  put('p.pem', String(keys.publicKey.export({ type: 'spki', format: 'pem' })))
  put('other.json', statement.replace(sha, '00'.repeat(32)))
  server = await startFakeServer(({ path, query }) => {
    if (path === '/api/v1/models')
      return {
        body: {
          items:
            query.get('name') === 'card-fraud' ? [{ version: '2' }, { version: '1', isDefault: true }] : [],
        },
      }
    if (path === '/api/v1/models/card-fraud/versions/1/bom')
      return {
        headers: { 'content-type': 'application/vnd.cyclonedx+json' },
        body: { specVersion: query.get('spec') },
      }
    return undefined
  })
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string, env: Record<string, string> = {}) =>
  cli([...line.split(' '), '--server', server.url], { cwd: folder, env: { HOME: folder, ...env } })

type Bom = {
  readonly specVersion: string
  readonly metadata: {
    readonly timestamp?: string
    readonly component: {
      readonly licenses: { license: { id: string } }[]
      readonly properties: { name: string; value: string }[]
      readonly modelCard: { modelParameters: Record<string, unknown> }
      readonly pedigree: unknown
    }
  }
  readonly components: { readonly name: string; readonly hashes?: { content: string }[] }[]
}
const parse = (text: string): Bom => JSON.parse(text) as Bom

test('a plain folder: hashes computed, card declared, configuration inferred; the same bytes each time', async () => {
  const { code, out } = await run('bom net --spec 1.7')
  assert.equal(code, 0)
  assert.equal((await run('bom ./net/ --spec 1.7')).out, out)
  const { specVersion, metadata, components } = parse(out)
  assert.equal(specVersion, '1.7')
  assert.equal(components.find(({ name }) => name === 'w.safetensors')?.hashes?.[0]?.content, sha)
  assert.ok(components.some(({ name }) => name === 'imdb'))
  assert.equal(metadata.component.licenses[0]?.license.id, 'MIT')
  assert.equal(metadata.component.modelCard.modelParameters.modelArchitecture, 'BertModel')
  assert.ok(
    metadata.component.properties.some(
      ({ name, value }) => name === 'rampart:tier:architecture' && value === 'inferred',
    ),
  )
  assert.equal(metadata.timestamp, undefined)
  const dated = parse((await run('bom net', { SOURCE_DATE_EPOCH: '0' })).out)
  assert.deepEqual([dated.specVersion, dated.metadata.timestamp], ['1.6', '1970-01-01T00:00:00.000Z'])
})

test('provenance comes in as a claim, or as evidence when its signature is checked', async () => {
  const tier = (text: string): string | undefined =>
    parse(text).metadata.component.properties.find(({ name }) => name === 'rampart:tier:provenance')?.value
  assert.equal(tier((await run('bom net --attestation statement.json')).out), 'declared')
  const verified = await run('bom net --attestation signed.json --public-key p.pem')
  assert.equal(tier(verified.out), 'verified')
  assert.ok(parse(verified.out).components.some(({ name }) => name === 'git+https://r.test'))
  assert.equal((await run('bom net --attestation statement.json --public-key p.pem')).code, 5)
  const other = await run('bom net --attestation other.json')
  assert.equal(other.code, 2)
  assert.match(other.err, /other bytes/)
  assert.equal((await run('bom net --attestation none.json')).code, 3)
})

test('a registered model: the default version is found, the server writes the document', async () => {
  assert.deepEqual(await run('bom card-fraud --spec 1.7'), {
    code: 0,
    out: '{\n  "specVersion": "1.7"\n}\n',
    err: '',
  })
  assert.equal((await run('bom card-fraud:1')).out, '{\n  "specVersion": "1.6"\n}\n')
  assert.equal((await run('bom nobody')).code, 3)
  assert.equal((await run('bom ./nobody')).code, 3)
  assert.equal((await run('bom card-fraud --spec 1.5')).code, 2)
})
