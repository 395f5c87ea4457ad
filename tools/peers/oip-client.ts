/** The running server under NVIDIA's Python client of the Open Inference Protocol. */
import { join } from 'node:path'
import { startControlPlane } from '../control-plane.ts'
import { root } from '../files.ts'
import { execute, type PeerGroup, peer } from './group.ts'

export const oipClient: PeerGroup = {
  name: 'oip-client',
  what: 'inference under the Python client of the Open Inference Protocol',
  run: async () => {
    const python = await peer('oip-client', 'install')
    const server = await startControlPlane()
    try {
      const address = new URL(server.url).host
      const { stdout } = await execute(python, [
        join(root, 'peers', 'oip-client.py'),
        address,
        join(root, 'examples'),
      ])
      const last = /(\d+) passed, (\d+) failed\s*$/.exec(stdout)
      if (last === null) throw new Error('the client did not come to an end')
      return { passed: Number(last[1]), failed: Number(last[2]) }
    } finally {
      await server.stop()
    }
  },
}
