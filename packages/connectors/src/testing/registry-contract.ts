/**
 * What every adapter of the `Registry` port must keep, as tests. An adapter's test gives a rig: an empty registry (real,
 * or a stand-in that speaks its protocol), ways to put things into it, and how to open the adapter on it.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Registry, RegistryCall, RegistryFile, RegistryVersion } from '@rampart/domain'

export type RegistryRig = {
  /** A new adapter on the same registry, as after a restart. */
  readonly open: () => Promise<Registry>
  /** Adds a version with these files; the version's name in the registry, which may be given by it. */
  readonly put: (
    model: string,
    version: string,
    files: Readonly<Record<string, Uint8Array>>,
  ) => Promise<string>
  /** Points an alias at a version, or removes it. */
  readonly setAlias?: (model: string, alias: string, version: string | undefined) => Promise<void>
  /** Removes a version. */
  readonly remove?: (model: string, version: string) => Promise<void>
  /** Replaces a file's bytes behind a version. */
  readonly replace?: (model: string, version: string, path: string, bytes: Uint8Array) => Promise<void>
  readonly stop: () => Promise<void>
}

export type RegistryContract = {
  readonly name: string
  /** Called once for all tests. */
  readonly start: () => Promise<RegistryRig>
  /** Versions that are put, so that there is more than one page where pages are small; default 12. */
  readonly versions?: number
  /** Whether `open` at an offset must begin there; false for registries that cannot resume. */
  readonly resumes?: boolean
  /** Longest time of one call in milliseconds; default 30 000. */
  readonly callMs?: number
  /** False for registries that know no aliases: their writer refuses them; default true. */
  readonly writesAliases?: boolean
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const weights = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 3000 }, (_, at) => (at * 31 + seed * 7) % 251)

const readAll = async (registry: Registry, file: RegistryFile, offset: number, call: RegistryCall) => {
  const download = await registry.open(file, offset, call)
  const chunks: Uint8Array[] = []
  for await (const chunk of download.stream) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), offset: download.offset, sizeBytes: download.sizeBytes }
}

/** Every version, page by page; `reopen` takes a new adapter for each page. */
const walk = async (
  open: () => Promise<Registry>,
  call: () => RegistryCall,
  reopen: boolean,
): Promise<readonly RegistryVersion[]> => {
  const found: RegistryVersion[] = []
  let registry = await open()
  try {
    let cursor: string | undefined
    for (let pages = 0; pages < 1000; pages++) {
      const page = await registry.list(cursor, call())
      found.push(...page.versions)
      if (page.next === undefined) return found
      assert.equal(typeof page.next, 'string')
      cursor = page.next
      if (!reopen) continue
      await registry.close()
      registry = await open()
    }
    throw new Error('the walk does not end')
  } finally {
    await registry.close()
  }
}

const keyOf = ({ model, version }: Pick<RegistryVersion, 'model' | 'version'>): string =>
  `${model}/${version}`

/** Declares the tests; call it at the top of a test file. */
export const registryContract = (contract: RegistryContract): void => {
  const count = contract.versions ?? 12
  const call = (): RegistryCall => ({ signal: AbortSignal.timeout(contract.callMs ?? 30_000) })
  const label = (what: string): string => `${contract.name}: ${what}`
  const files = (seed: number): Record<string, Uint8Array> => ({
    'model.onnx': weights(seed),
    'conf/labels.txt': text(`labels of ${seed}\n`),
  })
  const names: string[] = []
  let rig: RegistryRig
  before(async () => {
    rig = await contract.start()
    for (let at = 0; at < count; at++)
      names.push(await rig.put(at % 2 === 0 ? 'contract-even' : 'contract-odd', `${at + 1}`, files(at)))
  })
  after(() => rig?.stop())

  const modelAt = (at: number): string => (at % 2 === 0 ? 'contract-even' : 'contract-odd')
  const using = async <T>(work: (registry: Registry) => Promise<T>): Promise<T> => {
    const registry = await rig.open()
    try {
      return await work(registry)
    } finally {
      await registry.close()
    }
  }
  const versionAt = (registry: Registry, at: number): Promise<RegistryVersion | undefined> =>
    registry.version(modelAt(at), names[at] ?? '', call())
  const existing = async (registry: Registry, at: number): Promise<RegistryVersion> => {
    const found = await versionAt(registry, at)
    assert.ok(found !== undefined, `${modelAt(at)}/${names[at]} is there`)
    return found
  }

  test(label('a walk lists every version once'), async () => {
    const found = (await walk(rig.open, call, false)).filter(({ model }) => model.startsWith('contract-'))
    const keys = found.map(keyOf)
    assert.equal(new Set(keys).size, keys.length, 'no version twice')
    for (let at = 0; at < count; at++) assert.ok(keys.includes(`${modelAt(at)}/${names[at]}`))
    for (const { source, revision } of found) {
      assert.notEqual(source, '')
      assert.notEqual(revision, '')
    }
  })

  test(label('a walk goes on from a cursor in another process'), async () => {
    const whole = (await walk(rig.open, call, false)).map(keyOf).sort()
    assert.deepEqual((await walk(rig.open, call, true)).map(keyOf).sort(), whole)
  })

  test(
    label('revisions stay while nothing changes, and a version alone has the one of the list'),
    async () => {
      const first = new Map((await walk(rig.open, call, false)).map((one) => [keyOf(one), one.revision]))
      const second = new Map((await walk(rig.open, call, false)).map((one) => [keyOf(one), one.revision]))
      assert.deepEqual(second, first)
      await using(async (registry) => {
        const alone = await existing(registry, 0)
        assert.equal(alone.revision, first.get(keyOf(alone)))
      })
    },
  )

  test(label('files have safe relative paths, true sizes and true digests'), async () => {
    await using(async (registry) => {
      const listed = await registry.files(await existing(registry, 1), call())
      const wanted = files(1)
      for (const [path, bytes] of Object.entries(wanted)) {
        const file = listed.find((one) => one.path === path || one.path.endsWith(`/${path}`))
        assert.ok(file !== undefined, `${path} is listed`)
        if (file.sizeBytes !== undefined) assert.equal(file.sizeBytes, bytes.length)
        if (file.digest !== undefined) assert.equal(file.digest, sha256(bytes))
        const { bytes: got } = await readAll(registry, file, 0, call())
        assert.equal(sha256(got), sha256(bytes))
      }
      for (const { path } of listed) {
        assert.ok(path !== '' && !path.startsWith('/') && !path.includes('\\'), path)
        assert.ok(
          path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
          path,
        )
      }
    })
  })

  test(label('equal identities mean equal bytes'), async () => {
    await using(async (registry) => {
      const byIdentity = new Map<string, string>()
      for (const at of [0, 1, 2, 3].filter((one) => one < count))
        for (const file of await registry.files(await existing(registry, at), call())) {
          if (file.identity === undefined) continue
          const digest = sha256((await readAll(registry, file, 0, call())).bytes)
          assert.equal(byIdentity.get(file.identity) ?? digest, digest)
          byIdentity.set(file.identity, digest)
        }
    })
  })

  test(label('open begins at the offset, or says that it began at 0'), async () => {
    await using(async (registry) => {
      const listed = await registry.files(await existing(registry, 2), call())
      const file = listed.find(({ path }) => path.endsWith('model.onnx'))
      assert.ok(file !== undefined)
      const whole = weights(2)
      const part = await readAll(registry, file, 1234, call())
      assert.ok(part.offset === 1234 || part.offset === 0, `offset ${part.offset}`)
      if (contract.resumes !== false) assert.equal(part.offset, 1234)
      assert.equal(sha256(part.bytes), sha256(whole.subarray(part.offset)))
    })
  })

  test(label('what does not exist is undefined, not an error'), async () => {
    await using(async (registry) => {
      assert.equal(await registry.version('contract-even', '999999', call()), undefined)
      assert.equal(await registry.version('contract-nobody', '1', call()), undefined)
      assert.deepEqual(await registry.aliases('contract-nobody', call()), {})
    })
  })

  test(label('every call ends by its signal'), async () => {
    await using(async (registry) => {
      const version = await existing(registry, 0)
      const [file] = await registry.files(version, call())
      assert.ok(file !== undefined)
      const over: RegistryCall = { signal: AbortSignal.abort() }
      await assert.rejects(registry.list(undefined, over))
      await assert.rejects(registry.version(version.model, version.version, over))
      await assert.rejects(registry.aliases(version.model, over))
      await assert.rejects(readAll(registry, file, 0, over))
      // The adapter is not broken by it.
      assert.equal((await existing(registry, 0)).revision, version.revision)
    })
  })

  test(label('requests are counted'), async () => {
    await using(async (registry) => {
      const before = registry.requests()
      await registry.list(undefined, call())
      assert.ok(registry.requests() > before)
    })
  })

  test(
    label('an alias that moves changes the revision of a version and is found by list and aliases'),
    async () => {
      const { setAlias } = rig
      if (setAlias === undefined) return
      const [older = '', newer = ''] = [names[0], names[2]]
      await setAlias('contract-even', 'contract-champion', older)
      await using(async (registry) => {
        assert.equal((await registry.aliases('contract-even', call()))['contract-champion'], older)
      })
      const before = new Map((await walk(rig.open, call, false)).map((one) => [keyOf(one), one]))
      assert.ok(before.get(`contract-even/${older}`)?.aliases.includes('contract-champion'))
      await setAlias('contract-even', 'contract-champion', newer)
      const moved = new Map((await walk(rig.open, call, false)).map((one) => [keyOf(one), one]))
      assert.ok(moved.get(`contract-even/${newer}`)?.aliases.includes('contract-champion'))
      assert.ok(!moved.get(`contract-even/${older}`)?.aliases.includes('contract-champion'))
      assert.ok(
        [older, newer].some(
          (version) =>
            moved.get(`contract-even/${version}`)?.revision !==
            before.get(`contract-even/${version}`)?.revision,
        ),
      )
      await setAlias('contract-even', 'contract-champion', undefined)
      await using(async (registry) => {
        assert.equal((await registry.aliases('contract-even', call()))['contract-champion'], undefined)
      })
    },
  )

  test(
    label('bytes that change behind a version change its revision and the identity of the file'),
    async () => {
      const { replace } = rig
      if (replace === undefined) return
      const version = await rig.put('contract-changing', '1', files(50))
      const look = () =>
        using(async (registry) => {
          const found = await registry.version('contract-changing', version, call())
          assert.ok(found !== undefined)
          const listed = await registry.files(found, call())
          return { revision: found.revision, file: listed.find(({ path }) => path.endsWith('model.onnx')) }
        })
      const before = await look()
      await replace('contract-changing', version, 'model.onnx', weights(51))
      const changed = await look()
      assert.notEqual(changed.revision, before.revision)
      const { file } = changed
      assert.ok(file !== undefined)
      if (file.identity !== undefined) assert.notEqual(file.identity, before.file?.identity)
      if (file.digest !== undefined) assert.equal(file.digest, sha256(weights(51)))
      await using(async (registry) => {
        assert.equal(sha256((await readAll(registry, file, 0, call())).bytes), sha256(weights(51)))
      })
    },
  )

  test(label('a version that was removed is gone'), async () => {
    const { remove } = rig
    if (remove === undefined) return
    const version = await rig.put('contract-leaving', '1', files(60))
    await remove('contract-leaving', version)
    await using(async (registry) => {
      assert.equal(await registry.version('contract-leaving', version, call()), undefined)
    })
    assert.ok(!(await walk(rig.open, call, false)).some(({ model }) => model === 'contract-leaving'))
  })

  test(label('a writer changes only what is as expected'), async () => {
    await using(async (registry) => {
      const { writer } = registry
      if (writer === undefined) return
      const [older = '', newer = ''] = [names[0], names[2]]
      const target = { model: 'contract-even', version: older }
      const tag = async () =>
        (await registry.version(target.model, target.version, call()))?.tags['contract.tag']
      await writer.setTag(target, 'contract.tag', 'one', undefined, call())
      assert.equal(await tag(), 'one')
      await assert.rejects(writer.setTag(target, 'contract.tag', 'three', 'two', call()))
      assert.equal(await tag(), 'one')
      await writer.setTag(target, 'contract.tag', undefined, 'one', call())
      assert.equal(await tag(), undefined)
      if (contract.writesAliases === false) {
        await assert.rejects(writer.setAlias('contract-even', 'contract-written', older, undefined, call()))
        return
      }
      const alias = async () => (await registry.aliases('contract-even', call()))['contract-written']
      await writer.setAlias('contract-even', 'contract-written', older, undefined, call())
      assert.equal(await alias(), older)
      await assert.rejects(writer.setAlias('contract-even', 'contract-written', newer, newer, call()))
      assert.equal(await alias(), older)
      await writer.setAlias('contract-even', 'contract-written', newer, older, call())
      await writer.setAlias('contract-even', 'contract-written', undefined, newer, call())
      assert.equal(await alias(), undefined)
    })
  })
}
