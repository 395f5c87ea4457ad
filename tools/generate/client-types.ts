/** packages/client/src/generated/openapi.ts: types of every request and answer, from the OpenAPI document. */
import openapiTypescript, { astToString } from 'openapi-typescript'

export const renderClientTypes = async (openapi: string): Promise<string> => {
  const types = await openapiTypescript(openapi, { immutable: true, alphabetize: true })
  return `/** Generated from contracts/openapi.json by \`npm run generate\`; do not edit. */\n${astToString(types)}`
}
