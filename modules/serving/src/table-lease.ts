/**
 * Counts the calls that began on a route table, so that a model is closed only after the last call that may still
 * reach it: a call whose body was being read while the routes changed ends on the routes it began with.
 */
export type TableLease = { calls: number }

export type TableLeases = {
  enter(): TableLease
  leave(lease: TableLease): void
  /** Begins a new table; resolves when no call of earlier tables is left. */
  turn(): Promise<void>
}

export const createTableLeases = (): TableLeases => {
  let current: TableLease = { calls: 0 }
  const old = new Set<TableLease>()
  let waiters: { readonly of: Set<TableLease>; readonly wake: () => void }[] = []

  const emptied = (lease: TableLease): void => {
    old.delete(lease)
    for (const waiter of waiters) {
      waiter.of.delete(lease)
      if (waiter.of.size === 0) waiter.wake()
    }
    waiters = waiters.filter((waiter) => waiter.of.size > 0)
  }

  return {
    enter: () => {
      current.calls += 1
      return current
    },
    leave: (lease) => {
      lease.calls -= 1
      if (lease.calls === 0 && lease !== current) emptied(lease)
    },
    turn: () => {
      if (current.calls > 0) old.add(current)
      current = { calls: 0 }
      if (old.size === 0) return Promise.resolve()
      return new Promise((wake) => waiters.push({ of: new Set(old), wake }))
    },
  }
}
