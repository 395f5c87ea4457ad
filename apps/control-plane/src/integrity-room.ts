/** The watch over the files of versions in use, given what it reaches of the other rooms. */
import { createIntegrityWatch, type Inventory } from '@rampart/inventory'
import type { Lifecycle } from '@rampart/kit'
import type { SignalSink } from '@rampart/threats'
import type { Ground } from './ground.ts'

type Rooms = {
  readonly inventory: Pick<Inventory, 'guarded' | 'artifactPath'>
  readonly threats: { readonly sinkFor: (component: string) => SignalSink }
}

export const startIntegrityWatch = (
  ground: Ground,
  { inventory, threats }: Rooms,
  lifecycle: Lifecycle,
): void => {
  const integrity = createIntegrityWatch({
    ...ground,
    guarded: inventory.guarded,
    localPath: inventory.artifactPath,
    raise: threats.sinkFor('inventory').raise,
    bytesPerSecond: ground.config.limits.rehashBytesPerSecond,
  })
  integrity.start()
  lifecycle.onStop('integrity', integrity.stop)
}
