/** Notebooks as resources: servers and hubs that response may isolate. */
import { Value } from 'typebox/value'
import { responseErrors } from '../errors.ts'
import { type NotebookSpec, NotebookSpecSchema } from './notebook-spec.ts'
import { createResources, type Resources, type ResourcesDeps } from './resources.ts'

/** `checkUrl` throws when the URL may not be called. */
export const createNotebooks = (
  deps: ResourcesDeps & { readonly checkUrl: (url: string) => void },
): Resources<NotebookSpec> =>
  createResources<NotebookSpec>(deps, 'notebook', async (_principal, _name, spec) => {
    const [fault] = Value.Errors(NotebookSpecSchema, spec)
    if (fault !== undefined)
      throw responseErrors.RESPONSE_RESOURCE_INVALID(`spec${fault.instancePath}: ${fault.message}`)
    deps.checkUrl(spec.url)
    return spec
  })
