/** The shipped packs without a database: real decisions for the tests of other rooms. */
import { createSeededRandom, systemClock } from '@rampart/kit'
import { createRegoRuntime } from '@rampart/rego'
import { type CompiledPack, compilePack } from './compiled-pack.ts'
import { createDecider } from './decider.ts'
import { PACKS, type PackName, readShippedPack } from './pack-files.ts'
import type { PolicyDecider } from './ports.ts'

/** Decides by the packs of the release; logs nothing (a given transaction is not used). */
export async function createShippedPolicy(): Promise<PolicyDecider & { hot(pack: PackName): CompiledPack }> {
  const runtime = await createRegoRuntime()
  const compile = async (pack: PackName, epoch: number) =>
    [pack, compilePack(runtime, { pack, files: await readShippedPack(pack), version: 1, epoch })] as const
  const packs = new Map<string, CompiledPack>(
    await Promise.all(PACKS.map((pack, index) => compile(pack, index + 1))),
  )
  const hot = (name: string): CompiledPack => {
    const pack = packs.get(name)
    if (!pack) throw new TypeError(`no pack ${name}`)
    return pack
  }
  const log = { add: () => undefined, repeat: () => true }
  const decide = createDecider({ clock: systemClock, random: createSeededRandom(1), log, pack: hot })
  return { decide: ({ tx: _, ...request }) => decide(request), hot }
}

/** One shipped pack with some of its files replaced. */
export async function compilePolicyFiles(
  pack: PackName,
  files: Readonly<Record<string, string>>,
): Promise<CompiledPack> {
  const runtime = await createRegoRuntime()
  return compilePack(runtime, {
    pack,
    files: { ...(await readShippedPack(pack)), ...files },
    version: 1,
    epoch: 1,
  })
}
