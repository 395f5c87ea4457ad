/** Programs that tests start: they get free ports, are waited for until they listen, and end with the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

const exited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Throws with what the program said when it ends or does not listen within a minute. */
export const startPeer = async (
  program: string,
  args: readonly string[],
  port: number,
): Promise<{ readonly stop: () => Promise<void> }> => {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-4000)
  })
  child.once('error', (error) => {
    said = error.message
  })
  const deadline = Date.now() + 60_000
  while (!(await isListening(port))) {
    if (exited(child) || child.pid === undefined || Date.now() > deadline)
      throw new Error(`${program} does not listen: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    stop: async () => {
      if (exited(child)) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}
