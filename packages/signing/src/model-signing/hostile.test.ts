import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { preAuthEncoding } from '../dsse.ts'
import {
  createKeyVerifier,
  IN_TOTO_TYPE,
  readModelPrivateKey,
  readModelPublicKey,
  verifyModel,
} from '../model.ts'
import { type Resource, rootDigest } from './manifest.ts'
import { encodeSignatureBundle } from './signature-bundle.ts'
import { parseStrictJson } from './strict-json.ts'
import { ecKeyPem, newFolder, writeModel } from './testing/model.ts'

const keys = ecKeyPem()
const signer = readModelPrivateKey(keys.privatePem)
const verifier = createKeyVerifier(readModelPublicKey(keys.publicPem))
const ZERO = '0'.repeat(64)

/** A bundle over any payload, signed by the trusted key: what a careless or bought signer could hand out. */
const bundleOf = (payload: string | Uint8Array, hint = signer.verifier.hint): string => {
  const bytes = Buffer.from(payload)
  return encodeSignatureBundle({
    material: { hint },
    payload: bytes,
    signature: signer.sign(preAuthEncoding(IN_TOTO_TYPE, bytes)),
  })
}

const statementOf = (changes: {
  readonly resources?: readonly Partial<Resource>[]
  readonly serialization?: object
  readonly [key: string]: unknown
}): string => {
  const { resources = [{ name: 'a' }], serialization = {}, ...rest } = changes
  const full = resources.map((one) => ({ name: 'a', algorithm: 'sha256', digest: ZERO, ...one }))
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'm', digest: { sha256: rootDigest(full) } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ...serialization },
      resources: full,
    },
    ...rest,
  })
}

const shards = { method: 'shards', shard_size: 4 }
const shard = (name: string) => ({ name, algorithm: 'sha256-sharded-4' })

const HOSTILE: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['empty file', '', /not JSON/],
  ['deep nesting', '['.repeat(5_000_000), /nested deeper/],
  ['deep objects', '{"a":'.repeat(100_000), /nested deeper/],
  ['millions of values', `[${'{},'.repeat(2_000_000)}{}]`, /more than 1000000 values/],
  ['not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), /not UTF-8/],
  ['byte order mark', '\ufeff{}', /not JSON/],
  ['array', '[]', /not an object/],
  ['duplicate member', '{"mediaType":"a","mediaType":"b"}', /occurs twice/],
  ['duplicate member, escaped', '{"mediaType":"a","media\\u0054ype":"b"}', /occurs twice/],
  ['prototype', '{"__proto__":{}}', /__proto__/],
  ['prototype, escaped', '{"\\u005f_proto__":{}}', /__proto__/],
  ['other media type', bundleOf('{}').replace('v0.3', 'v9.9'), /media type/],
  [
    'two kinds of material',
    bundleOf('{}').replace('"publicKey"', '"certificate":{},"publicKey"'),
    /exactly one kind/,
  ],
  ['no material', bundleOf('{}').replace('"publicKey"', '"publicKeys"'), /exactly one kind/],
  [
    'empty chain',
    bundleOf('{}').replace(/"publicKey":\{[^}]*\}/, '"x509CertificateChain":{}'),
    /chain is empty/,
  ],
  [
    'no signature',
    bundleOf('{}').replace(/"signatures":\[.*?\]/, '"signatures":[]'),
    /exactly one signature/,
  ],
  [
    'two signatures',
    bundleOf('{}').replace(/"signatures":\[(.*?)\]/, '"signatures":[$1,$1]'),
    /exactly one signature/,
  ],
  ['other payload type', bundleOf('{}').replace('vnd.in-toto+json', 'json'), /payload type/],
  ['hint of another key', bundleOf('{}', 'ff'), /names another public key/],
  [
    'signature of other bytes',
    bundleOf('{}').replace(/"payload":"[^"]*"/, '"payload":"e30g"'),
    /does not verify/,
  ],
  ['payload is not JSON', bundleOf('x'), /not JSON/],
  ['payload with duplicates', bundleOf('{"subject":1,"subject":2}'), /occurs twice/],
  [
    '0.2 signature',
    bundleOf(statementOf({ predicateType: 'https://model_signing/Digests/v0.1' })),
    /version 0\.2/,
  ],
  ['other statement', bundleOf(statementOf({ _type: 'x' })), /_type/],
  ['other predicate', bundleOf(statementOf({ predicateType: 'https://example.org/x' })), /predicateType/],
  ['two subjects', bundleOf(statementOf({ subject: [{}, {}] })), /exactly one subject/],
  [
    'other root',
    bundleOf(statementOf({ subject: [{ name: 'm', digest: { sha256: ZERO } }] })),
    /root digest/,
  ],
  ['no resource', bundleOf(statementOf({ resources: [] })), /no resource/],
  ['absolute name', bundleOf(statementOf({ resources: [{ name: '/etc/passwd' }] })), /is absolute/],
  ['drive name', bundleOf(statementOf({ resources: [{ name: 'C:\\x' }] })), /is absolute/],
  ['traversal', bundleOf(statementOf({ resources: [{ name: 'a/../../x' }] })), /leaves the model/],
  ['dot name', bundleOf(statementOf({ resources: [{ name: 'a/./b' }] })), /plain path/],
  ['NUL name', bundleOf(statementOf({ resources: [{ name: 'a\0b' }] })), /NUL/],
  ['lone surrogate', bundleOf(statementOf({ resources: [{ name: 'a\ud800' }] })), /well-formed/],
  ['repeated name', bundleOf(statementOf({ resources: [{}, {}] })), /listed twice/],
  ['short digest', bundleOf(statementOf({ resources: [{ digest: '00' }] })), /malformed digest/],
  [
    'upper-case digest',
    bundleOf(statementOf({ resources: [{ digest: 'A'.repeat(64) }] })),
    /malformed digest/,
  ],
  ['other algorithm', bundleOf(statementOf({ resources: [{ algorithm: 'md5' }] })), /names the algorithm/],
  ['unknown hash', bundleOf(statementOf({ serialization: { hash_type: 'md5' } })), /hash function/],
  ['unknown method', bundleOf(statementOf({ serialization: { method: 'tensors' } })), /method/],
  [
    'ignoring the outside',
    bundleOf(statementOf({ serialization: { ignore_paths: ['../x'] } })),
    /leaves the model/,
  ],
  ['no shard size', bundleOf(statementOf({ serialization: { method: 'shards' } })), /shard_size/],
  [
    'shard of another size',
    bundleOf(statementOf({ serialization: shards, resources: [shard('a:0:9')] })),
    /no shard/,
  ],
  [
    'shard off the grid',
    bundleOf(statementOf({ serialization: shards, resources: [shard('a:1:3')] })),
    /no shard/,
  ],
  [
    'shard traversal',
    bundleOf(statementOf({ serialization: shards, resources: [shard('../a:0:4')] })),
    /leaves/,
  ],
]

test('every hostile signature file is refused with its reason, although the trusted key signed it', async (t) => {
  const folder = await newFolder(t)
  const path = await writeModel(join(folder, 'model'), { a: 'x' })
  const signaturePath = join(folder, 'model.sig')
  for (const [name, content, why] of HOSTILE) {
    await writeFile(signaturePath, content)
    const startedAt = performance.now()
    const verdict = await verifyModel({ path, signaturePath, verifier })
    assert.ok(verdict.verdict === 'untrusted', name)
    assert.match(verdict.reasons.join(), why, name)
    assert.ok(performance.now() - startedAt < 3000, name)
  }
})

test('a sparse file of many gigabytes is no signature, and is not read', async (t) => {
  const folder = await newFolder(t)
  const path = await writeModel(join(folder, 'model'), { a: 'x' })
  const signaturePath = join(folder, 'huge.sig')
  const { open } = await import('node:fs/promises')
  const file = await open(signaturePath, 'w')
  await file.truncate(8 * 2 ** 30)
  await file.close()
  const verdict = await verifyModel({ path, signaturePath, verifier })
  assert.ok(verdict.verdict === 'untrusted' && /larger than/.test(verdict.reasons.join()))
})

test('honest JSON passes the strict reader unchanged', () => {
  for (const text of [
    '{"a":[1,2,{"b":"\\"{[,"}],"c":"a","d":{"a":null}}',
    '"x"',
    '[[],{}]',
    '{"a":{"x":1},"b":{"x":1}}',
  ]) {
    assert.deepEqual(parseStrictJson(Buffer.from(text), 1000), { value: JSON.parse(text) })
  }
})
