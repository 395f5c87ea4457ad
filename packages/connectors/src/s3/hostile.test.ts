import { createOutboundHttp } from '../outbound/index.ts'
import { hostileContract } from '../testing/hostile-contract.ts'
import { createS3StandIn } from '../testing/s3-stand-in.ts'
import { createS3Registry } from './s3-registry.ts'

hostileContract({
  name: 's3',
  start: async () => {
    const standIn = createS3StandIn()
    await standIn.start()
    standIn.put('team/m/1/model.onnx', Buffer.from('weights'))
    const registry = createS3Registry({
      url: 's3://models/team',
      parameters: { endpoint: standIn.url() },
      login: { kind: 'none' },
      http: createOutboundHttp({
        addresses: { allowLoopback: false, allowed: [new URL(standIn.url()).host] },
      }),
    })
    return {
      registry,
      asksForFiles: false,
      attack: (answer) => {
        standIn.intercept = (request, response) => {
          answer?.(request, response)
          return answer !== undefined
        }
      },
      stop: async () => {
        await registry.close()
        await standIn.kill()
      },
    }
  },
})
