/** Writing by the distribution API 1.1: manifests under a tag or digest, small blobs, deleting tags. */
import { errorOf } from '../outbound/index.ts'
import {
  type Call,
  type DistributionSession,
  digestOf,
  manifestPath,
  scopes,
} from './distribution-session.ts'
import { ociErrors } from './errors.ts'

const MAX_ANSWER = 64 * 1024

export const createDistributionWrites = ({ registry, at, ask }: DistributionSession) => {
  const uploadUrl = async (repository: string, { signal }: Call): Promise<URL> => {
    const url = at(`/v2/${repository}/blobs/uploads/`)
    const begun = await ask(scopes.push(repository), { url, method: 'POST', signal, maxBytes: MAX_ANSWER })
    const { location } = begun.headers
    if (begun.status !== 202) throw errorOf(begun)
    if (location === undefined || !URL.canParse(location, url.href))
      throw ociErrors.OCI_ANSWER_INVALID(`${registry.host} names no place for an upload`)
    const target = new URL(location, url)
    if (target.origin !== registry.origin)
      throw ociErrors.OCI_ANSWER_INVALID(`${registry.host} wants an upload sent elsewhere`)
    return target
  }
  return {
    putManifest: async (
      repository: string,
      reference: string,
      { mediaType, bytes }: { readonly mediaType: string; readonly bytes: Uint8Array },
      { signal }: Call,
    ): Promise<void> => {
      const answer = await ask(scopes.push(repository), {
        url: at(manifestPath(repository, reference)),
        method: 'PUT',
        headers: { 'content-type': mediaType },
        body: bytes,
        signal,
        maxBytes: MAX_ANSWER,
      })
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer)
    },
    /** Deletes a tag, or a manifest by its digest; false when the registry does not do that. */
    deleteReference: async (repository: string, reference: string, { signal }: Call): Promise<boolean> => {
      const url = at(manifestPath(repository, reference))
      const answer = await ask(scopes.delete(repository), {
        url,
        method: 'DELETE',
        signal,
        maxBytes: MAX_ANSWER,
      })
      if (answer.status >= 200 && answer.status <= 299) return true
      if ([400, 404, 405].includes(answer.status)) return false
      throw errorOf(answer)
    },
    /** Makes sure that a small blob is there. */
    putBlob: async (repository: string, bytes: Uint8Array, call: Call): Promise<void> => {
      const { signal } = call
      const digest = digestOf(bytes)
      const url = at(`/v2/${repository}/blobs/${digest}`)
      const there = await ask(scopes.pull(repository), { url, method: 'HEAD', signal, maxBytes: 0 })
      if (there.status === 200) return
      const target = await uploadUrl(repository, call)
      target.searchParams.set('digest', digest)
      const done = await ask(scopes.push(repository), {
        url: target,
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: bytes,
        signal,
        maxBytes: MAX_ANSWER,
      })
      if (done.status < 200 || done.status > 299) throw errorOf(done)
    },
  }
}

export type DistributionWrites = ReturnType<typeof createDistributionWrites>
