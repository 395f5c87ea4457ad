/** JSON Schemas (2020-12) of event data, one file per type in contracts/events. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { assetPath } from './assets.ts'
import { kitErrors } from './errors.ts'

/** `rampart.NOUN.VERB.vN`; also keeps a type from reaching outside the schema folder. */
const TYPE = /^rampart(\.[a-z][a-z0-9-]*)+\.v[1-9][0-9]*$/

export type EventSchemas = {
  /** Throws KIT_EVENT_TYPE_UNKNOWN or KIT_EVENT_INVALID (with JSON pointers in details). */
  validate(type: string, data: unknown): void
}

export const createEventSchemas = (dir: string = assetPath('contracts/events')): EventSchemas => {
  const ajv = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true })
  addFormats.default(ajv)
  const compiled = new Map<string, ValidateFunction>()

  const compile = (type: string): ValidateFunction => {
    const path = join(dir, `${type}.schema.json`)
    if (!TYPE.test(type) || !existsSync(path)) {
      throw kitErrors.KIT_EVENT_TYPE_UNKNOWN(`no schema for event type ${type.slice(0, 128)}`)
    }
    const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')) as object)
    compiled.set(type, validate)
    return validate
  }

  return {
    validate: (type, data) => {
      const validate = compiled.get(type) ?? compile(type)
      if (validate(data)) return
      const details = validate.errors?.map((error) => ({
        pointer: error.instancePath,
        message: error.message,
      }))
      throw kitErrors.KIT_EVENT_INVALID(`event ${type} does not match its schema`, { details })
    },
  }
}
