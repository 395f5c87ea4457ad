/**
 * Messages of many senders, bounded in number and bytes: no sender has more than its part of the room, and they are taken
 * in turn, so that one who floods loses its own messages and not those of others. Pure.
 */
export type FairQueue = {
  /** Whether there was room for it. */
  push(sender: string, message: string, bytes: number): boolean
  /** The next at most `most` messages, one of each sender in turn. */
  take(most: number): string[]
  size(): number
}

type Lane = { readonly messages: string[]; readonly sizes: number[]; bytes: number }

export type FairQueueLimits = {
  readonly maxItems: number
  readonly maxBytes: number
  /** Of both, that one sender may hold: 8 gives it an eighth. */
  readonly shares: number
}

export const createFairQueue = ({ maxItems, maxBytes, shares }: FairQueueLimits): FairQueue => {
  const lanes = new Map<string, Lane>()
  let items = 0
  let bytes = 0
  return {
    push: (sender, message, size) => {
      if (items >= maxItems || bytes + size > maxBytes) return false
      const lane = lanes.get(sender) ?? { messages: [], sizes: [], bytes: 0 }
      if (lane.messages.length >= maxItems / shares || lane.bytes + size > maxBytes / shares) return false
      lane.messages.push(message)
      lane.sizes.push(size)
      lane.bytes += size
      lanes.set(sender, lane)
      items += 1
      bytes += size
      return true
    },
    take: (most) => {
      const taken: string[] = []
      while (taken.length < most && lanes.size > 0)
        for (const [sender, lane] of lanes) {
          if (taken.length >= most) break
          const size = lane.sizes.shift() ?? 0
          taken.push(lane.messages.shift() as string)
          lane.bytes -= size
          bytes -= size
          items -= 1
          // Behind the others, who come first the next time.
          lanes.delete(sender)
          if (lane.messages.length > 0) lanes.set(sender, lane)
        }
      return taken
    },
    size: () => items,
  }
}
