import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { memorySource } from '../byte-source.ts'
import { ByteCursor, gather, MalformedError, streamOf } from '../byte-stream.ts'
import { type Compression, decompress } from './decompress.ts'

/** What Python's own modules wrote for the text of `expected`. */
const WRITTEN: Readonly<Record<'bzip2' | 'xz' | 'lzma' | 'lz4', string>> = {
  bzip2:
    'QlpoOTFBWSZTWc5WCC4ABrzZAMAQQAB/4AMloAhQBQC8GA7u7bdVUVWEU/I0ZSpTQGg1T2m1TSmgADTyhQnqpkwBQNNDIyYghKqHlA00bSfsmvv09/BPL35/DbJ0Ei7F5fJ/qQlTZJLV5iOXuxyjWXJT6wLqzi6uuRR7YW7wvt3kknushvTYo5fb3OTqZnKnLsWXeWcJvItxuEnMTbnOpLV7FBm73DFixJJJJWkuvpkcfKbzJm6ZOJm7MWJIikrpsCmZmUzfTIQCoSwAgK5rM1ibN/HNue/cKWBhlIYFJYUhhSGVIYUhlJYUhkAhiGhoYhpYJYIaGYaGliGYaGGGIaGJaGhkhiGhiGCGhiGCGhiGhpYhgV8BXwFfAV8Pmm5AWkfD8rBydl93Yd/Hpx1HolagDFoNAjbzdBrEM0dr0zJjuY9O3tmn14Y+ZvFgN4rd5a4vazDxdl9t3anM45L0ut0GJcboEHEdN1qGrq16ZkZmYyevRTb1GRg3eQXiQNhu5ncO+1AxaDQog3iB+1DV2vSoozLiOPNFTFhDfA5jBv+ue7wHmXs71Hq4yuWdPHqERoVb0AgAQgAdb16vPQ99+ZvOQ8Odc7xzA6anO+bp3cFTuDpu4KCoBCK1CbZA2yBWlLZTbCbZQ2wgBH1VQJr6lWIN35dno866yvOGvS2bzrzZRY4XTu4KncIKgCOUuFTaXFNpJbYG2ALYQ2wNsAbZTWhPnjnjUOrvTed4tV+rfVtyerWuVA3lKiReKgZebmw3d3s7BapWUrVAqlULVIqQTtLyWjJvHPb6W79TZ69QNZOoG898DeajG82GzdvTaeKqwapWqRVgk+IIr4gj75OUZBix+U6S5fqbPXqEvnKG8mwbzYN5qXm2N5uzrlUKqLJFfviaJokk0Tb22xtP2PeeTmn6um3PDl7rkG82DLzYN5sLy9jeabOdIkoWSCq1QskFlAwQcnOHWX351nOc3u5k556Y+X3s2EIEDPJIoNUCShVZIsJJJB++WbH4XciU9Q3jOk8caS7coG6DcG4Nwb7MBapQQRWUiSgUa+BP3zzsM0DePbOlH1cfVyzveuXQN0DdBuA3C5fDVSUCjVKyQWqVqhFNvAKIdAoh0CiHnwoiHkFEOAUQ6P8XckU4UJDOVggu',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4BLoAuFdADYaSh8IoCYDTQcngUbiKEKNinS71HOT/yT7l7SMyZeZ8148f8+oT6AdnGwFvi+ZfflRR+a7xi5K3d6Yq6n3rJZuzWOlRguQV3GjZHeB60B9RSDk7lVYxLNxahFfva1DJSMBV4MK36UaiT4l4SZpm9qSntjip50jIj9QJ1RR7z+IygrNZLe8eEVh2/GLiGJ9rYzt7bgKNor5UCpNy6MRfem45onSqt0x8mZD1kaQfC11GvY8wjHHKoXFrDIwgeMoAwWSbEsfXuo0pjq/R9o0b/dAEdC6ZF3tJjm6nLQAp4m+uoJwwWbYyiq/G0RP5PWeB8XQ906tyV+1GpRZv+4h3BIrspF/HNHuSSiQSE2jJTPca7PpfqF3Bum3jcKHxm1pT4x+5nu+dScLWFscSdXog5Xm8U6CRNg6AYnM9Ye7s2t0Km3sro9ywotplofQdqrYiO8B9zLqmA/JbKQxyKfmIBFQBTFLIF/P6isGPVpsxEaBo/5Bf8qh3N07lzDZF4ny6SGWjuY9iuzia2ApnTl1xAr/5fm6zbIqRwmGe7pURGnHpl367Mqqw4ojCTKik6zdahxZiY3uYx6sz1HmqFJj1AARQArWfjl32YYVQ+Wz8sO6vDkrtkZYpDdzxdL81tLc8RZ04AZ6Mh7RwL949l9JNVdaCNDzkSIhAtCq+8YRK0jI4lglCwRLNoibuTdpnb5inbHSFvY17gxZoRBCRV6N4/LjFNkRywm3MAWNaagBY/38Vi2XMAyv5pbi7Qy6VLtfMQsnTyEn1xyuViG0HrButIAA1pwwSdqUKmNhqXsKgUyACdgrbpjD0R/OG2hco5vFwATK7/1O7O/SoWlejQotwq3QY3GX3h8nSWhLQjeaTs6XLFVtIGz+Q30QdZKELgEzEnMwzQb1Sdfc4kaDnPZ1qaguTxOASW/HhqNCRLk666kXWhLHXkVV++dNthyWb1DQCxumQ4Inwb4BzWXzGyZcockAAAAAAFyLnz1oD7RvAAH9BeklAADT20g3scRn+wIAAAAABFla',
  lzma: 'XQAAgAD//////////wA2GkofCKAmA00HJ4FG4ihCjYp0u9Rzk/8k+5e0jMmXmfNePH/PqE+gHZxsBb4vmX35UUfmu8YuSt3emKup96yWbs1jpUYLkFdxo2R3getAfUUg5O5VWMSzcWoRX72tQyUjAVeDCt+lGok+JeEmaZvakp7Y4qedIyI/UCdUUe8/iMoKzWS3vHhFYdvxi4hifa2M7e24CjaK+VAqTcujEX3puOaJ0qrdMfJmQ9ZGkHwtdRr2PMIxxyqFxawyMIHjKAMFkmxLH17qNKY6v0faNG/3QBHQumRd7SY5upy0AKeJvrqCcMFm2MoqvxtET+T1ngfF0PdOrclftRqUWb/uIdwSK7KRfxzR7kkokEhNoyUz3Guz6X6hdwbpt43Ch8ZtaU+MfuZ7vnUnC1hbHEnV6IOV5vFOgkTYOgGJzPWHu7NrdCpt7K6PcsKLaZaH0Haq2IjvAfcy6pgPyWykMcin5iARUAUxSyBfz+orBj1abMRGgaP+QX/KodzdO5cw2ReJ8ukhlo7mPYrs4mtgKZ05dcQK/+X5us2yKkcJhnu6VERpx6Zd+uzKqsOKIwkyopOs3WocWYmN7mMerM9R5qhSY9QAEUAK1n45d9mGFUPls/LDurw5K7ZGWKQ3c8XS/NbS3PEWdOAGejIe0cC/ePZfSTVXWgjQ85EiIQLQqvvGEStIyOJYJQsESzaIm7k3aZ2+Yp2x0hb2Ne4MWaEQQkVejePy4xTZEcsJtzAFjWmoAWP9/FYtlzAMr+aW4u0MulS7XzELJ08hJ9ccrlYhtB6wbrSAANacMEnalCpjYal7CoFMgAnYK26Yw9EfzhtoXKObxcAEyu/9Tuzv0qFpXo0KLcKt0GNxl94fJ0loS0I3mk7OlyxVbSBs/kN9EHWShC4BMxJzMM0G9UnX3OJGg5z2damoLk8TgElvx4ajQkS5OuupF1oSx15FVfvnTbYclm9Q0AsbpkOCJ8G+Ac1l8xsmZxAgy//6li7l',
  lz4: 'BCJNGGhA6RIAAAAAAADxHAgAAMFsaW5lIDAgb2YgMAoMABAxDAASMQwAEDQMABIyDAAQOQwAEjMMACAxNg0AEjQNACAyNQ0AEjUNABEzGgASNg0AETQ0ABI3DQARNk0AEjgNABE4ZgASOQ0AEDNAABMxfwARMicAFDGBABE3HAADgwAhNzIOAAOFAAINAAOFABEzUQATMYYAEjYcAAOHABE5oQATMYgAEjNvAAOJABE3+wATMYoAETE4ABMyiwARNSoAEzKLABE52gATMosAETSnABMyiwAROX4AEzKMABI0OAADjAASOSoAA4wAETVwABMyjAAQONAAEzKLABE2pwATMosAETL6ABMziwAROCoAEzOLABE1UwATM4sAETK1ABMziwAROHQBEzOLABE2mQATM4sAETNiABMziwASMRwABIsAAd8AFDOMAAIOAAOMABE0fgATNIwAETNwABM0jAASMRwAA4wAATcAEzSLABE5CAETNIsAETh9ABM0iwARN6cAEzSLABI3HAADiwASNzgAA4sAAw4AA4sAAioAEzWLAAJGABM1iwACYgATNYsAAn4AEzWMAAGZABM1iwACtAATNYsAAtAAEzWLAALsABM1iwASNjgAA4sAEjgOAAOLAAJAARM2iwACXAETNosAAngBEzaLAAKUARM2iwACsAETNowAAswBEzaMAALoARM2jAACBAIUNowAASUBFDaMAAA7AhM2iwACVgITN4sAAnICEzeLAAKOAhM3iwACqgITN4sAAsYCEzeLAALiAhM3iwAC/gITN4sAAhoDEzeLAAI2AxM3iwACUgMTN4wAAm4DEziMAAKKAxM4jAACpgMTOIwAAUgCEziLAALcAxM4iwARNP4CEziLAAIUBBM4iwABHgITOIoAAkkEEziKAANkBAOKAAJ/BBM5igACmgQTOYoAArUEEzmKAALQBBM5iwABmwIUOYoAAGgBEzmJAAEyAxM5iAABygMTOYgAAhoAA4cAAZ8DEzmGAAFOACMxMIYAAmoAKTEwhwAjMTCIAAKkACMxMIkAAsEAIzEwiwAC3gAjMTCNAAL7ACMxMI8AARcBIzEwkAACMwEkMTCSAAFQASMxMJQAAm0BFTF0BQDkABQxdAUCpQEjMTGUAALCASMxMZQAAt8BIzExlAAC/AEUMXkFAhkCIzExlAACNgIUMXsFAlMCIzExlQACcAIUMX0FAo0CFDF+BQKqAhQxfwUCxwIUMYAFETlkARQxgQUCAQMUMYIFAZQEIzEyKQECWQUjMTKVAAJWAxUxhAUDLQADlQACkAMVMYcFAaUCFTGIBQLOAQSJBQLnAxQxigUCBAQUMYsFAiEEFDGMBQI+BBQxjQUCWwQUMY4FAngEIzEzwAEClQQUMZAFArIEIzEzwAEBiAQUMZEFAuoEFDGSBQIHBSMxNMABAiQFFDGVBQJBBRQxlgUCXgUVMZcFAkYCCpgFIzE0lQAESwADKwEEaQADlQADhwAEnAUCpAAEnAUDwQAEnQUD3wAEngUD/QAEoAUDGwEEoQUDOQEEogUDVwEEowUDdQETNZUAA5MBEzWVAAJ7BRQxpgUCfAUUMacFA+0BBagFAgsCEzbrAgMpAgSqBQNHAgWrBQE1AwSrBQOBAgSsBQOfAgStBQO9AgSvBQPbAgSwBQP5AgSxBQMXAwSyBQM1AwSzBQNTAwS0BQNxAwS1BQOPAwS2BQOtAwS3BQPLAwW4BQG1BBQxuQUC6gIEuQUDIwQEugUCkQUVMbsFAn8DBL0FAjYCBL0FA5kEBL4FA7cEBL8FA9UEBMEFA/MEBMIFApgFIzE4vwEDLwUExAUCfgMExAUChAAFxAUBkAEExAUBnQUUMcUFAukABMYFAzgAAw8EA1QAA+MCBHEAA04CA48ABMwFAq0AFDLNBQLLABQyzQUC6QAUMs0FAgcBFDLNBQEkARQyzAUCoAUjMjCjBAJfARQyzAUCfQEVMs0FANsAFDLMBQKgBRQyzAUC1QEUMswFAvMBFTLNBQJ3AATNBQIvAhQyzQUCTQIUMs0FAmsCFDLNBQKJAhQyzQUCpwIUMs0FAsUCFDLNBQLjAiMyMbkBAgEDFDLNBQIfAxQyzQUBaAMUMswFAlkDFDLMBQJ3AxUyzAUDLQADKgECswMVMs0FAbYCFTLNBQHOARUyUwsB+QEUMs0FAisEFDLNBQJJBBQyzQUCZwQUMs0FAoUEFDLNBQKjBBQyzQUCwQQUMs0FAt8EFDLNBQH8BBQyzAUCGQUUMswFAjcFFDLMBQJVBRQyzQUCoAUUMs0FAqAFFTLNBQLPAQrNBRUyzQUC/gAEzQUDaQAEzQUDhwAEzQUCpAATNOkCA8EAEzS/AQPfAATMBQP9AATNBQMbAQTNBQM5AQTNBQNXAQTNBQN1AQTNBQKgBRQyzQUCoAUUMs0FA88BBM0FA+0BBc0FAgsCBc0FAdUIFDLNBQNHAgXNBQE1AwTMBQOBAgTMBQOfAgTMBQO9AgTNBQPbAgTNBQP5AgTNBQMXAwTNBQM1AwTNBQNTAwTNBQNxAwTNBQKgBRQyzQUDrQMEzQUDywMFzQUCvgIEzQUCGwEEzAUDIwQEzAUDQQQFzAUB5AQUMs0FAjYCBMwFA5kEBMwFA7cEBMwFA9UEBM0FA/MEBM0FAhEFFDLNBQIvBRQyzQUCgAIEzAUDhAADUwICzQAEygUBoAUUMsoFAxwAA7IIAjgABMoFAlQABcoFArcCBMsFA48ABJMLA60ABJULA8sAEznkAgPpAE85OQoAAQD/3FAAAAAAAAAAAAA=',
}

const expected = (): Buffer => {
  const lines = Array.from({ length: 300 }, (_, index) => `line ${(index * index) % 97} of ${index}\n`)
  return Buffer.concat([Buffer.from(lines.join('')), Buffer.alloc(500)])
}

const open = (kind: Compression, bytes: Uint8Array): Buffer =>
  gather(decompress(kind, new ByteCursor(streamOf(memorySource(bytes)))), 1 << 24)

for (const [kind, text] of Object.entries(WRITTEN))
  test(`${kind} as Python writes it, once and twice in a row`, () => {
    const bytes = Buffer.from(text, 'base64')
    assert.deepEqual(open(kind as Compression, bytes), expected())
    if (kind !== 'lzma')
      assert.deepEqual(
        open(kind as Compression, Buffer.concat([bytes, bytes])),
        Buffer.concat([expected(), expected()]),
      )
  })

test('what zlib and gzip compress comes back, at any level', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 5000 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 40 }),
      (part, level, times) => {
        const bytes = Buffer.concat(Array.from({ length: times }, () => part))
        assert.deepEqual(open('zlib', deflateSync(bytes, { level })), bytes)
        assert.deepEqual(open('gzip', gzipSync(bytes, { level })), bytes)
      },
    ),
    { numRuns: 100 },
  )
})

test('damaged streams are malformed or short, never endless and never another error', () => {
  const sources: readonly (readonly [Compression, Buffer])[] = [
    ['zlib', deflateSync(expected())],
    ['gzip', gzipSync(expected())],
    ...Object.entries(WRITTEN).map(
      ([kind, text]) => [kind as Compression, Buffer.from(text, 'base64')] as const,
    ),
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      ([kind, bytes], at, flip) => {
        const damaged = Buffer.from(bytes)
        damaged[at % damaged.length] = (damaged[at % damaged.length] ?? 0) ^ flip
        try {
          open(kind, damaged)
        } catch (error) {
          assert.ok(error instanceof MalformedError, String(error))
        }
      },
    ),
    { numRuns: 400 },
  )
})
