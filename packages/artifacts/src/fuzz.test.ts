import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { benignFiles } from './testing/benign-files.ts'
import { maliciousCorpus } from './testing/malicious-corpus.ts'
import { mutate, scanBytes, seededUniform } from './testing.ts'

const VERDICTS = ['clean', 'unverified', 'blocked']

test('random bytes under any name give a report and never an exception', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('x', 'x.pkl', 'x.pt', 'x.onnx', 'x.h5', 'x.gguf', 'x.safetensors', 'x.npy', 'x.json'),
      (bytes, name) => {
        const [report] = scanBytes(name, bytes)
        assert.ok(report !== undefined && VERDICTS.includes(report.verdict))
      },
    ),
    { numRuns: 500 },
  )
})

test('mutated files never make a reader fail, and each is judged within five seconds', () => {
  const corpus = [...maliciousCorpus(), ...benignFiles()].filter(
    ({ data }) => data.length > 0 && data.length < 20_000,
  )
  const random = seededUniform(7)
  for (let count = 0; count < 1500; count += 1) {
    const { name, data } = mutate(corpus, random)
    const started = performance.now()
    const failed = scanBytes(name, data).flatMap(({ findings }) =>
      findings.filter(({ rule }) => rule === 'scan-failed'),
    )
    assert.deepEqual(failed, [], `mutation ${count} of seed 7`)
    assert.ok(performance.now() - started < 5000, `mutation ${count} of seed 7 was slow`)
  }
})

test('a dangerous import is told wherever a harmless pickle is cut and continued with it', () => {
  const payload = Buffer.from('cposix\nsystem\n(Vtrue\ntR.', 'latin1')
  const harmless = Buffer.from(
    '80049528000000000000007d94288c0161944b018c01629447400000000000000000008c016394858c0164944e752e',
    'hex',
  )
  for (let at = 2; at < harmless.length; at += 1) {
    const [report] = scanBytes('x.pkl', Buffer.concat([harmless.subarray(0, at), payload]))
    assert.notEqual(report?.verdict, 'clean', `cut at ${at}`)
  }
})
