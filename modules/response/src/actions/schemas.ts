/** Shapes of parameters that several actions take. */
import { DIGEST_PATTERN, MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { type TProperties, Type } from 'typebox'

export const Name = Type.String({ pattern: MODEL_NAME_PATTERN })
export const Version = Type.String({ pattern: VERSION_PATTERN })
export const DigestText = Type.String({ pattern: DIGEST_PATTERN })
export const Line = (maxLength: number) => Type.String({ minLength: 1, maxLength })
export const closed = <T extends TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })
