/** A router with identity models of every datatype, over HTTP and gRPC, for clients that try every corner of the protocol. */
import { tinyIdentity, tinySlow, writeTinyModel } from '@rampart/onnx/testing'
import { startServing } from '@rampart/serving/testing'

const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP32',
  'FP64',
  'BYTES',
] as const

const port = (name: string) => ({ name, datatype: 'FP32' as const, shape: [-1, 2] })

/** Two outputs, both equal to the input. */
const pair = (): Uint8Array =>
  writeTinyModel({
    inputs: [port('x')],
    outputs: [port('y'), port('z')],
    nodes: ['y', 'z'].map((output) => ({ operator: 'Identity', inputs: ['x'], outputs: [output] })),
  })

export const startOipModels = async () => {
  const up = await startServing()
  const routes = [await up.route('pair', pair()), await up.route('slow', tinySlow(256, 40))]
  for (const datatype of DATATYPES)
    routes.push(await up.route(`echo-${datatype.toLowerCase()}`, tinyIdentity(datatype, [-1, 2])))
  const { failed } = await up.serving.setSnapshot({ routes })
  if (failed[0] !== undefined) throw new Error(failed[0].message)
  const grpc = await up.serving.listenGrpc({ host: '127.0.0.1', port: 0 })
  return {
    http: new URL(up.url).host,
    grpc: `127.0.0.1:${grpc.port}`,
    /** Calls that ended because nobody waited any more: deadlines and cancellations. */
    late: (route: string): number => up.serving.stats('default', route)[0]?.outcomes.late ?? 0,
    stop: async () => {
      await grpc.stop()
      await up.stop()
    },
  }
}
