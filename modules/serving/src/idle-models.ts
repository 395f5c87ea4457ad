/**
 * Sessions that no route uses at the moment. They stay warm, so that a route that goes back and forth between versions
 * does not load each time, until they take more than their share of memory: then those idle longest are closed.
 */
type Idle<M> = { readonly model: M; readonly sizeBytes: number }

export type IdleModels<M> = {
  /** Takes one out again. */
  take(key: string): M | undefined
  /** Puts one in and gives those that no longer fit. */
  put(key: string, model: M, sizeBytes: number): readonly M[]
  /** Takes out what has such a key. */
  remove(isWanted: (key: string) => boolean): readonly M[]
  has(isWanted: (key: string) => boolean): boolean
  /** Takes out everything. */
  clear(): readonly M[]
}

export const createIdleModels = <M>(limits: {
  readonly maxBytes: number
  readonly maxCount: number
}): IdleModels<M> => {
  // A map keeps the order of insertion: its first entry is the one that has been idle longest.
  const idle = new Map<string, Idle<M>>()
  const total = (): number => [...idle.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

  const evict = (): M[] => {
    const evicted: M[] = []
    for (const [key, { model }] of idle) {
      if (idle.size <= limits.maxCount && total() <= limits.maxBytes) break
      idle.delete(key)
      evicted.push(model)
    }
    return evicted
  }

  return {
    take: (key) => {
      const found = idle.get(key)
      idle.delete(key)
      return found?.model
    },
    put: (key, model, sizeBytes) => {
      idle.set(key, { model, sizeBytes })
      return evict()
    },
    remove: (isWanted) => {
      const keys = [...idle.keys()].filter(isWanted)
      const removed = keys.flatMap((key) => idle.get(key)?.model ?? [])
      for (const key of keys) idle.delete(key)
      return removed
    },
    has: (isWanted) => [...idle.keys()].some(isWanted),
    clear: () => {
      const all = [...idle.values()].map(({ model }) => model)
      idle.clear()
      return all
    },
  }
}
