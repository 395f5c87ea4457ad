/** What a person writes about a Jupyter server or hub: the `spec` of a `kind: Notebook`. */
import { type Static, Type } from 'typebox'

export const NotebookSpecSchema = Type.Object(
  {
    type: Type.Enum(['jupyter-server', 'jupyterhub']),
    url: Type.String({ minLength: 1, maxLength: 2048 }),
    tokenRef: Type.String({
      minLength: 1,
      maxLength: 128,
      description:
        'Secret: the token of the server, or of a hub service that may administer users and servers',
    }),
    local: Type.Optional(
      Type.Boolean({
        description: 'It runs on this host: the egress of its processes is cut too (root, nftables, cgroup2)',
      }),
    ),
  },
  { additionalProperties: false },
)

export type NotebookSpec = Static<typeof NotebookSpecSchema>
