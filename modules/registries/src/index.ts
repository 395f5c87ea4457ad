/** The door of registries: where an organisation keeps its models, kept in step with the inventory. */
export { registriesErrors } from './errors.ts'
