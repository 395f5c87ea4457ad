/** By which names sensors speak of this machine: its addresses on the network and its host name. */
import { hostname, networkInterfaces } from 'node:os'

const MOST = 32

/** Loopback and link-local addresses name no machine. At most 32, always in the same order. */
export const hostNames = (): string[] => {
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, address }) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address)
  const name = hostname().toLowerCase()
  const named = name === '' || name === 'localhost' ? [] : [name.slice(0, 255)]
  return [...new Set([...addresses, ...named])].sort().slice(0, MOST)
}
