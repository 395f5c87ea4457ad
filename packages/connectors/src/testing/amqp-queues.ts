/** Queues of a broker as tests see them, by AMQP 0-9-1. */
import { connect } from 'amqplib'

export type QueuedMessage = { readonly id: string; readonly text: string }

/** Makes durable queues. */
export const declareQueues = async (url: string, names: readonly string[]): Promise<void> => {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  for (const name of names) await channel.assertQueue(name, { durable: true })
  await connection.close()
}

/** Takes messages out of a queue, in order: all that are in it, or as many as named. */
export const takeMessages = async (url: string, queue: string, most?: number): Promise<QueuedMessage[]> => {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const count = most ?? (await channel.checkQueue(queue)).messageCount
  const taken: QueuedMessage[] = []
  await new Promise<void>((resolve, reject) => {
    if (count === 0) resolve()
    connection.once('error', reject)
    channel
      .consume(queue, (message) => {
        if (message === null) return
        taken.push({ id: String(message.properties.messageId), text: message.content.toString() })
        channel.ack(message)
        if (taken.length === count) resolve()
      })
      .catch(reject)
  })
  await channel.close()
  await connection.close()
  return taken
}
