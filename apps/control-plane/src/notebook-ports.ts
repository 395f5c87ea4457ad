/** What response reaches outside of the product on this host: its packet filter, and notebooks as resources name them. */
import { createHash } from 'node:crypto'
import {
  createJupyterHub,
  createJupyterServer,
  type JupyterHub,
  type JupyterServer,
} from '@rampart/connectors/jupyter'
import {
  cgroupOf,
  createHostFirewall,
  createProcessEgress,
  listenersOn,
  parseBlockedAddress,
  processTree,
} from '@rampart/connectors/nftables'
import type { OutboundHttp } from '@rampart/connectors/outbound'
import type {
  FirewallPort,
  NotebookProcesses,
  NotebookSpec,
  NotebooksPort,
  NotebookTarget,
} from '@rampart/response'
import { hostList } from './app-config.ts'
import type { Ground } from './ground.ts'

const NFT_MS = 10_000
const TABLE = 'rampart'

/** `nft`, or a command that runs it elsewhere, by spaces; absent when the operator has not allowed it. */
const nftCommand = ({ config }: Ground): readonly string[] | undefined => {
  const words = config.response.nft.split(/\s+/).filter((word) => word !== '')
  return words.length === 0 ? undefined : words
}

/** Playbooks that cut hosts off can be written before the operator lets them. */
const SWITCHED_OFF: FirewallPort = {
  refusal: () =>
    'the configuration key response.nft is not set: this server may not change the packet filter',
  block: () => Promise.reject(new Error('the packet filter may not be changed')),
  release: () => Promise.reject(new Error('the packet filter may not be changed')),
  isBlocked: () => Promise.resolve(false),
}

export const createFirewallPort = (ground: Ground): FirewallPort => {
  const command = nftCommand(ground)
  if (command === undefined) return SWITCHED_OFF
  const firewall = createHostFirewall({ command, table: TABLE, timeoutMs: NFT_MS })
  const kept = new Set(
    hostList(ground.config.response.protectedAddresses).map((text) => parseBlockedAddress(text).text),
  )
  return {
    refusal: (address) => {
      try {
        const { text } = parseBlockedAddress(address)
        return kept.has(text) ? `${text} is protected by the configuration` : undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
    block: firewall.block,
    release: firewall.release,
    isBlocked: firewall.isBlocked,
  }
}

type Reached = { readonly local: boolean } & (
  | { readonly kind: 'server'; readonly server: JupyterServer; readonly port: number }
  | { readonly kind: 'hub'; readonly hub: JupyterHub; readonly user: string }
)

/** A name for the control group: short, and another one for every notebook and user. */
const egressName = ({ tenant, notebook, user = '' }: NotebookTarget): string =>
  createHash('sha256')
    .update(JSON.stringify([tenant, notebook, user]))
    .digest('hex')
    .slice(0, 16)

const withOrigins = async (roots: readonly number[]): Promise<NotebookProcesses> => {
  const tree = await processTree(roots)
  const found = await Promise.all(
    tree.map(async (one) => ({ ...one, cgroup: (await cgroupOf(one.pid)) ?? '/' })),
  )
  return found.filter(({ pid }) => pid !== process.pid)
}

export const createNotebooksPort = (
  ground: Ground,
  deps: {
    readonly http: OutboundHttp
    readonly notebook: (tenant: string, name: string) => Promise<NotebookSpec>
  },
): NotebooksPort => {
  const command = nftCommand(ground)
  const egress = command === undefined ? undefined : createProcessEgress({ command, timeoutMs: NFT_MS })

  const reach = async (target: NotebookTarget): Promise<Reached> => {
    const spec = await deps.notebook(target.tenant, target.notebook)
    const { http } = deps
    const url = new URL(spec.url)
    const token = await ground.secrets.resolve(spec.tokenRef)
    const local = spec.local === true
    if (spec.type === 'jupyter-server') {
      const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port)
      return { kind: 'server', local, port, server: createJupyterServer({ http, url, token }) }
    }
    return { kind: 'hub', local, user: target.user ?? '', hub: createJupyterHub({ http, url, token }) }
  }

  return {
    look: async (target) => {
      const reached = await reach(target)
      if (reached.kind === 'server') {
        const { up } = await reached.server.activity(target.signal)
        const roots = reached.local && egress !== undefined ? await listenersOn(reached.port) : []
        return { up, servers: [], processes: await withOrigins(roots) }
      }
      const { servers, tokens, pids } = await reached.hub.user(reached.user, target.signal)
      const roots = reached.local && egress !== undefined ? pids : []
      return { up: servers.length + tokens.length > 0, servers, processes: await withOrigins(roots) }
    },
    cutEgress: async (target, processes, ttlSeconds) => {
      if (egress === undefined || processes.length === 0) return
      await egress.cut(
        egressName(target),
        processes.map(({ pid }) => pid),
        ttlSeconds,
      )
    },
    stop: async (target) => {
      const reached = await reach(target)
      if (reached.kind === 'server') {
        const { up } = await reached.server.activity(target.signal)
        if (!up) return
        await reached.server.stopWork(target.signal)
        await reached.server.shutdown(target.signal)
        return
      }
      await reached.hub.revokeTokens(reached.user, target.signal)
      await reached.hub.stopServers(reached.user, target.signal)
    },
    restore: async (target, { servers, processes }) => {
      if (egress !== undefined && processes.length > 0) await egress.restore(egressName(target), processes)
      const reached = await reach(target)
      if (reached.kind !== 'hub') return
      const { servers: running } = await reached.hub.user(reached.user, target.signal)
      for (const server of servers)
        if (!running.includes(server)) await reached.hub.startServer(reached.user, server, target.signal)
    },
    state: async (target, processes) => {
      const reached = await reach(target)
      const isCut =
        egress === undefined || processes.length === 0
          ? true
          : await egress.isCut(
              egressName(target),
              processes.map(({ pid }) => pid),
            )
      if (reached.kind === 'server') {
        const { up, kernels, terminals } = await reached.server.activity(target.signal)
        return { up, running: kernels.length + terminals.length, tokens: 0, isCut, restorable: false }
      }
      const { servers, tokens } = await reached.hub.user(reached.user, target.signal)
      return { up: false, running: servers.length, tokens: tokens.length, isCut, restorable: true }
    },
  }
}
