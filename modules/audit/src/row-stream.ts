/** Rows one by one from a source that gives pages; holds one page at most. */
export type Stream<T> = {
  /** The next row without taking it. */
  peek(): Promise<T | undefined>
  next(): Promise<T | undefined>
}

/** `fetchPage` gets the last row given so far and answers the rows after it, none at the end. */
export const createStream = <T>(fetchPage: (last: T | undefined) => Promise<readonly T[]>): Stream<T> => {
  let page: readonly T[] = []
  let at = 0
  let last: T | undefined
  let ended = false

  const peek = async (): Promise<T | undefined> => {
    if (at >= page.length && !ended) {
      page = await fetchPage(last)
      at = 0
      ended = page.length === 0
    }
    return page[at]
  }

  return {
    peek,
    next: async () => {
      const row = await peek()
      if (row !== undefined) {
        at += 1
        last = row
      }
      return row
    },
  }
}
