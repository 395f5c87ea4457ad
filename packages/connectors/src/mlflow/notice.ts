/**
 * Webhooks of MLflow: `X-MLflow-Signature: v1,` and base64 of HMAC-SHA256 over `DELIVERY.TIMESTAMP.BODY`, where the
 * timestamp is in Unix seconds. https://mlflow.org/docs/latest/ml/webhooks/
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RegistryNotice } from '@rampart/domain'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Delivery = Type.String({ pattern: '^[\\w.:-]{1,128}$' })
const Seconds = Type.String({ pattern: '^[0-9]{1,12}$' })

const Body = Type.Object({
  data: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 1024 })),
    version: Type.Optional(Type.String({ maxLength: 64 })),
  }),
})

const isSigned = (
  signature: string,
  secret: string,
  delivery: string,
  time: string,
  body: Uint8Array,
): boolean => {
  const expected = createHmac('sha256', secret).update(`${delivery}.${time}.`).update(body).digest()
  // Several may be sent while a key is changed.
  return signature.split(' ').some((one) => {
    if (!one.startsWith('v1,')) return false
    const given = Buffer.from(one.slice(3), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

const readBody = (body: Uint8Array): { readonly name?: string; readonly version?: string } => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return Value.Check(Body, value) ? value.data : {}
  } catch {
    return {}
  }
}

/** Undefined when the signature does not hold; a body that says nothing readable still means that something changed. */
export const readNotice = (
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
  secret: string,
): RegistryNotice | undefined => {
  const deliveryId = headers['x-mlflow-delivery-id']
  const time = headers['x-mlflow-timestamp']
  const signature = headers['x-mlflow-signature']
  if (secret === '' || signature === undefined || signature.length > 1024) return undefined
  if (!Value.Check(Delivery, deliveryId) || !Value.Check(Seconds, time)) return undefined
  if (!isSigned(signature, secret, deliveryId, time, body)) return undefined
  const { name, version } = readBody(body)
  return {
    deliveryId,
    at: Number(time) * 1000,
    ...(name === undefined ? {} : { model: name }),
    ...(version === undefined ? {} : { version }),
  }
}
