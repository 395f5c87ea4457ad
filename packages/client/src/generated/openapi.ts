/** Generated from contracts/openapi.json by `npm run generate`; do not edit. */
export interface paths {
    readonly "/api/v1/alert-sources": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Sensors that tell us alerts, with what came of them */
        readonly get: operations["listAlertSources"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/alert-sources/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One alert source; ETag is the revision for If-Match */
        readonly get: operations["getAlertSource"];
        /** Create or replace an alert source */
        readonly put: operations["putAlertSource"];
        readonly post?: never;
        /** Remove an alert source with its sightings */
        readonly delete: operations["deleteAlertSource"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/api-keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** API keys without their secrets, newest first */
        readonly get: operations["listApiKeys"];
        readonly put?: never;
        /** Issue an API key; the secret is in this answer only */
        readonly post: operations["issueApiKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/api-keys/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Revoke an API key, at once */
        readonly delete: operations["revokeApiKey"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Requests for approval, newest first */
        readonly get: operations["listApprovals"];
        readonly put?: never;
        /** Ask for the approval of a version; a version that passed its assessment is asked for by itself */
        readonly post: operations["openApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One request with its history, its approvals and why some do not count */
        readonly get: operations["getApproval"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/{id}/approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give one approval in answer to this request; If-Match names the revision that was looked at */
        readonly post: operations["approveApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/{id}/comments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Say something about a request */
        readonly post: operations["commentApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/{id}/reject": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Refuse the version as it is; If-Match names the revision that was looked at */
        readonly post: operations["rejectApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/{id}/withdraw": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take a request back; its approvals count no more */
        readonly post: operations["withdrawApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/delegations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Rights to approve that were handed over, newest first */
        readonly get: operations["listDelegations"];
        readonly put?: never;
        /** Hand the own right to approve to another person for a time */
        readonly post: operations["delegateApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/approvals/delegations/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Take a right back, or give it back */
        readonly delete: operations["revokeDelegation"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/artifacts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Upload an artifact; the answer names its digest */
        readonly post: operations["putArtifact"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/artifacts/{digest}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The bytes of an artifact */
        readonly get: operations["getArtifact"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/artifacts/{digest}/scan": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The scans of an artifact, one for each name it has; findings are in the evidence */
        readonly get: operations["getArtifactScan"];
        readonly put?: never;
        /** Scan an artifact that was not scanned yet; with again, also one that was */
        readonly post: operations["scanArtifact"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/audit/checkpoint": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The newest signed checkpoint */
        readonly get: operations["getAuditCheckpoint"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/audit/consistency": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Proof that a larger log begins with a smaller one */
        readonly get: operations["getAuditConsistency"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/audit/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Entries, newest first; oldest first with `after` */
        readonly get: operations["listAuditEntries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/audit/entries/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One entry with the proof that the newest checkpoint includes it */
        readonly get: operations["getAuditEntry"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/audit/verify": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Recompute the whole log and name the first altered entry */
        readonly post: operations["verifyAudit"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/backends": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Servers elsewhere that may run registered versions */
        readonly get: operations["listBackends"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/backends/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One backend; ETag is the revision for If-Match */
        readonly get: operations["getBackend"];
        /** Create or replace a backend */
        readonly put: operations["putBackend"];
        readonly post?: never;
        /** Remove a backend that no route leads to */
        readonly delete: operations["deleteBackend"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/certificates": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Issue a short-lived mutual-TLS certificate for a component */
        readonly post: operations["issueCertificate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/containments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Runs that have, or may have, something in force, newest first */
        readonly get: operations["listContainments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/containments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One run with its steps */
        readonly get: operations["getContainment"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/decisions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Decisions, newest first */
        readonly get: operations["listDecisions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/detection-rules": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How often each detector was right, as incidents were judged */
        readonly get: operations["listDetectionRules"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Events in order: text/event-stream with resume by Last-Event-ID, or a JSON page */
        readonly get: operations["listEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/evidence": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Evidence about a digest, newest first, verified now */
        readonly get: operations["listEvidence"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/evidence/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One piece of evidence, verified now */
        readonly get: operations["getEvidence"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/gateways": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Serving processes away from this one: what they serve by, when they were heard of */
        readonly get: operations["listGateways"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/gateways/artifacts/{digest}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The bytes of a model file that the caller’s gateways serve, and of no other */
        readonly get: operations["getGatewayArtifact"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/gateways/key": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The public key by which snapshots are signed */
        readonly get: operations["getGatewayKey"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/gateways/reports": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What a gateway saw since its last report; items that were taken before are not taken again */
        readonly post: operations["reportGateway"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/gateways/snapshot": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The signed snapshot once its epoch is above `after`; 204 when the wait is over */
        readonly get: operations["getGatewaySnapshot"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Incidents, newest first */
        readonly get: operations["listIncidents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One incident with its ledger, timeline, decisions and neighbourhood; ETag for If-Match */
        readonly get: operations["getIncident"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}/comments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Add a comment to the timeline */
        readonly post: operations["commentIncident"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}/disposition": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Say what it was: the detectors of its signals are believed more or less from now on */
        readonly put: operations["judgeIncident"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}/merge": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take other incidents into this one; correlation keeps to it */
        readonly post: operations["mergeIncidents"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}/owner": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Give an incident to somebody, or to nobody */
        readonly put: operations["assignIncident"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}/split": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let signals leave for an incident of their own; correlation keeps to it */
        readonly post: operations["splitIncident"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/incidents/{id}/transitions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Acknowledge, contain, resolve, close (with a disposition) or open again */
        readonly post: operations["transitionIncident"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Records of inference calls, newest first */
        readonly get: operations["searchInferenceLog"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One record */
        readonly get: operations["getInferenceRecord"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log/{id}/proof": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The record with the proof that it is as it was written */
        readonly get: operations["proveInferenceRecord"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log/{id}/replay": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Send the record's payload again, as the caller of this, and compare */
        readonly post: operations["replayInferenceRecord"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log/erasures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Erasures and whether they are done */
        readonly get: operations["listErasures"];
        readonly put?: never;
        /** Remove every record of a caller up to now */
        readonly post: operations["eraseCaller"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log/query": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** One SELECT over the caller's tenant's records */
        readonly post: operations["queryInferenceLog"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/inference-log/state": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** How much the log holds, and what is not Parquet yet */
        readonly get: operations["getInferenceLogState"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/intake/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Alerts of a source: lines (application/x-ndjson), one JSON event, a list, or {"lines": [...]} */
        readonly post: operations["postAlerts"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Public keys that verify evidence and audit checkpoints */
        readonly get: operations["listKeys"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/lineage": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take in an OpenLineage RunEvent; the same event again changes nothing */
        readonly post: operations["recordLineageEvent"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/lineage/{name}/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What a version was made from and what was made from it */
        readonly get: operations["getLineage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/lineage/datasets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Versions that have seen a dataset, directly or by way of others */
        readonly get: operations["listVersionsOfDataset"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/lineage/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What Rampart did with versions as OpenLineage RunEvents, oldest first */
        readonly get: operations["listLineageEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Model versions, by name, newest first */
        readonly get: operations["listModels"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One model with its versions, newest first */
        readonly get: operations["getModel"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/difference": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What lies between two versions of a model */
        readonly get: operations["getVersionDifference"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Register a version from uploaded artifacts; repeating it with the same content changes nothing */
        readonly post: operations["registerModelVersion"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The passport of a version: identity, evidence, steps taken and steps possible */
        readonly get: operations["getModelVersion"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/approvals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give one approval; the last one needed moves the version to approved */
        readonly post: operations["approveModelVersion"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/bom": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** CycloneDX bill of materials of a version; the same state gives the same bytes */
        readonly get: operations["getModelBom"];
        readonly put?: never;
        /** Take lineage from a CycloneDX bill of materials: datasets, ancestors and code */
        readonly post: operations["importModelBom"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/graph": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The graph of an ONNX model: lint findings and a picture of bounded size */
        readonly get: operations["getModelGraph"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/graph/diff": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What changed in the graph since another version: by default the one that is served */
        readonly get: operations["getModelGraphDiff"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/provenance": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** SLSA provenance of a version’s registration, signed with the installation’s key */
        readonly get: operations["getModelProvenance"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/rejections": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Refuse a version as it is; its approvals count no more */
        readonly post: operations["rejectModelVersion"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/retraction": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take a version’s bytes out of every route, cache and registry alias; answers when it is proven */
        readonly post: operations["retractModelVersion"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/signatures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Hand in a Sigstore bundle or DSSE envelope about a version, made by a trusted signer */
        readonly post: operations["submitSignature"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/transitions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take a step of the lifecycle if the promotion policy allows it */
        readonly post: operations["transitionModelVersion"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/models/{name}/versions/{version}/waivers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take upon oneself what the scan could not verify; covers exactly what it found so far */
        readonly post: operations["waiveFindings"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/notebooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Jupyter servers and hubs that response may isolate */
        readonly get: operations["listNotebooks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/notebooks/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One of them; ETag is the revision for If-Match */
        readonly get: operations["getNotebook"];
        /** Create or replace it; every revision stays */
        readonly put: operations["putNotebook"];
        readonly post?: never;
        /** Remove it */
        readonly delete: operations["deleteNotebook"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/overview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Are my models safe right now, and what happens in the rooms */
        readonly get: operations["getOverview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/playbook-runs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Runs of playbooks, newest first */
        readonly get: operations["listPlaybookRuns"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/playbook-runs/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One run: what it asked for, and how each step ended */
        readonly get: operations["getPlaybookRun"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/playbook-runs/{id}/answers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Say how a manual step ended */
        readonly post: operations["answerPlaybookStep"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/playbooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** CACAO v2.0 playbooks, signed; one without a signature is signed here for who writes it */
        readonly get: operations["listPlaybooks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/playbooks/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One of them; ETag is the revision for If-Match */
        readonly get: operations["getPlaybook"];
        /** Create or replace it; every revision stays */
        readonly put: operations["putPlaybook"];
        readonly post?: never;
        /** Remove it */
        readonly delete: operations["deletePlaybook"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/playbooks/{name}/runs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Run a playbook; equal idempotency keys are one run */
        readonly post: operations["startPlaybook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The packs in use */
        readonly get: operations["listPolicies"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{pack}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The pack in use with its files; ETag is the version for If-Match */
        readonly get: operations["getPolicy"];
        /** Activate an edited pack: it must compile and its tests must pass */
        readonly put: operations["putPolicy"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{pack}/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Compile a draft and run its tests, changing nothing */
        readonly post: operations["checkPolicy"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{pack}/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Versions of a pack, newest first */
        readonly get: operations["listPolicyVersions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{pack}/history/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One version with its files */
        readonly get: operations["getPolicyVersion"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{pack}/rollback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Make an old version the active one; it becomes a new version */
        readonly post: operations["rollbackPolicy"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/policies/{pack}/try": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Ask the pack in use; the answer is not logged and has no effect */
        readonly post: operations["tryPolicy"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/protected-entities": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Entities that nothing is done to before two people agree */
        readonly get: operations["listProtectedEntities"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/protected-entities/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One of them; ETag is the revision for If-Match */
        readonly get: operations["getProtectedEntity"];
        /** Create or replace it; every revision stays */
        readonly put: operations["putProtectedEntity"];
        readonly post?: never;
        /** Remove it */
        readonly delete: operations["deleteProtectedEntity"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/registries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Registries that are kept in step, with how each stands */
        readonly get: operations["listRegistries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/registries/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One registry; ETag is the revision for If-Match */
        readonly get: operations["getRegistry"];
        /** Create or replace a registry; its sync begins at once */
        readonly put: operations["putRegistry"];
        readonly post?: never;
        /** Forget a registry; versions registered from it stay */
        readonly delete: operations["deleteRegistry"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/registries/{name}/notices": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Webhook of a registry: signed by it, answered at once, makes it be read again */
        readonly post: operations["sendRegistryNotice"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/registries/{name}/sync": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Sync now; what was refused or postponed is tried again */
        readonly post: operations["syncRegistry"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/registries/{name}/versions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A registry's versions in its own names, and what became of each here */
        readonly get: operations["listRegistryVersions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/registry-watch": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What is approved, what the registries say, and what is served: one row per alias or changed version */
        readonly get: operations["listRegistryWatch"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/actions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What runs are made of */
        readonly get: operations["listResponseActions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/kill-switch": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whether anything new is dispatched */
        readonly get: operations["getKillSwitch"];
        /** On: nothing new is dispatched and what runs halts before its next step; reverts go on */
        readonly put: operations["setKillSwitch"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Runs of actions, newest first */
        readonly get: operations["listResponseRuns"];
        readonly put?: never;
        /** Start a run of actions; equal idempotency keys are one run */
        readonly post: operations["startResponseRun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One run with its steps */
        readonly get: operations["getResponseRun"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs/{id}/approvals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Agree to exactly this plan; counted once per person, in time */
        readonly post: operations["approveResponseRun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs/{id}/decline": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Say no to a run that waits */
        readonly post: operations["declineResponseRun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs/{id}/resolution": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Tell whether a step took effect that nothing could tell about; then the run goes on */
        readonly post: operations["resolveResponseRun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs/{id}/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Go on with a halted run, or try again what is not proven */
        readonly post: operations["resumeResponseRun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/response/runs/{id}/revert": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Undo what is in force, last step first; answers when it is undone, or after 20 s as it is then */
        readonly post: operations["revertResponseRun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/routes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Routes, stored and implied by deployed models */
        readonly get: operations["listRoutes"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/routes/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One route */
        readonly get: operations["getRoute"];
        /** Create or replace a route */
        readonly put: operations["putRoute"];
        readonly post?: never;
        /** Remove a stored route */
        readonly delete: operations["deleteRoute"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/routes/{name}/canary": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Promote the candidate of a canary, or roll it back */
        readonly post: operations["moveRouteCanary"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/routes/{name}/plan": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Shares and shadow of one route as they are in force; empty when it has nothing to choose */
        readonly get: operations["getRoutePlan"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/routes/{name}/stats": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Live latency, errors, decisions and predictions of one route */
        readonly get: operations["getRouteStats"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/service-accounts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Service accounts by name */
        readonly get: operations["listServiceAccounts"];
        readonly put?: never;
        /** Create a service account with at most your own roles */
        readonly post: operations["createServiceAccount"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/service-accounts/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Delete a service account and revoke its keys */
        readonly delete: operations["deleteServiceAccount"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/session": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Who the caller is, and what it talks to */
        readonly get: operations["getSession"];
        readonly put?: never;
        readonly post?: never;
        /** Log the browser out */
        readonly delete: operations["endSession"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sightings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What sensors saw without calling it bad, newest kind first */
        readonly get: operations["listSightings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/signals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Signals, newest first */
        readonly get: operations["listSignals"];
        readonly put?: never;
        /** Report a condition: raises it, updates it while it is open, or clears it */
        readonly post: operations["raiseSignal"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/signals/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One signal with its evidence */
        readonly get: operations["getSignal"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/signals/batch": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Report many conditions at once; what is not a signal is refused by itself */
        readonly post: operations["raiseSignals"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/signers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whose signatures count */
        readonly get: operations["listSigners"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/signers/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One signer, and the versions that rest on it */
        readonly get: operations["getSigner"];
        /** Trust a signer, or rotate its identities; an identity that is dropped takes its signatures with it */
        readonly put: operations["putSigner"];
        readonly post?: never;
        /** Forget a signer that nothing rests on */
        readonly delete: operations["deleteSigner"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/signers/{name}/revocation": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Revoke a signer for good; every version that rests on it is decided about again */
        readonly post: operations["revokeSigner"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/simulations/response": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** What would this bundle have done about the incidents since then? */
        readonly post: operations["simulateResponse"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sinks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Where records are exported to, with the state of each queue */
        readonly get: operations["listSinks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sinks/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One sink; ETag is the revision for If-Match */
        readonly get: operations["getSink"];
        /** Create or replace a sink; a new one begins with what happens from now on */
        readonly put: operations["putSink"];
        readonly post?: never;
        /** Remove a sink and everything that waits in its queue */
        readonly delete: operations["deleteSink"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sinks/{name}/dead-letters": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Records that the receiver will never take, newest first, each with the reason */
        readonly get: operations["listDeadLetters"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/sinks/{name}/dead-letters/retry": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Put dead letters back into the queue, all or the named ones */
        readonly post: operations["retryDeadLetters"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/telemetry": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Drift by model version, with the newest window */
        readonly get: operations["listTelemetry"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/telemetry/{model}/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Windows of one model version against its reference */
        readonly get: operations["getTelemetry"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/telemetry/{model}/{version}/features/{feature}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One feature: reference and newest window side by side */
        readonly get: operations["getTelemetryFeature"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/telemetry/{model}/{version}/reference": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Replace the reference profile of a version by that of a table: CSV, TSV, Parquet or npz */
        readonly put: operations["putTelemetryReference"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/verdicts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What counts now about each digest, by digest */
        readonly get: operations["listVerdicts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/verdicts/{digest}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The verdict about a digest, with the signed envelope; its ETag is the digest of the envelope */
        readonly get: operations["getVerdict"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/verdicts/{digest}/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Every verdict about a digest that said something new, newest first */
        readonly get: operations["listVerdictHistory"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly listAlertSources: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            readonly spec: {
                                /** @description Networks (192.0.2.0/24) that may send to the listener. Needed for udp:// and tcp:// outside of development mode. */
                                readonly allowFrom?: readonly string[];
                                readonly disabled?: boolean;
                                /** @description Absolute path that is followed, through rotations. */
                                readonly file?: string;
                                /**
                                 * @description Of each line or message.
                                 * @enum {unknown}
                                 */
                                readonly format: "eve" | "cef" | "leef";
                                /** @description udp://, tcp:// or tls://HOST:PORT on which syslog is taken. */
                                readonly listen?: string;
                                /** @description Lines; default 500. */
                                readonly ratePerSecond?: number;
                                /**
                                 * @description CEF and LEEF events below this are sightings; default medium.
                                 * @enum {unknown}
                                 */
                                readonly signalFrom?: "info" | "low" | "medium" | "high" | "critical";
                                readonly tls?: {
                                    /** @description PEM of the listener’s certificate. */
                                    readonly cert: string;
                                    /** @description PEM; when given, senders must have a certificate of it. Needed outside of development mode. */
                                    readonly clientCa?: string;
                                    /** @description Senders’ certificates must have one as common name or DNS name. */
                                    readonly clientNames?: readonly string[];
                                    readonly keySecretRef: string;
                                };
                            };
                            readonly status: {
                                /** @description Datagrams beyond the rate or the buffer, broken connections. */
                                readonly dropped: number;
                                readonly duplicates: number;
                                readonly lastAt?: string;
                                readonly lastError?: string;
                                readonly port?: number;
                                readonly refused: number;
                                readonly sightings: number;
                                readonly signals: number;
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getAlertSource: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description Networks (192.0.2.0/24) that may send to the listener. Needed for udp:// and tcp:// outside of development mode. */
                            readonly allowFrom?: readonly string[];
                            readonly disabled?: boolean;
                            /** @description Absolute path that is followed, through rotations. */
                            readonly file?: string;
                            /**
                             * @description Of each line or message.
                             * @enum {unknown}
                             */
                            readonly format: "eve" | "cef" | "leef";
                            /** @description udp://, tcp:// or tls://HOST:PORT on which syslog is taken. */
                            readonly listen?: string;
                            /** @description Lines; default 500. */
                            readonly ratePerSecond?: number;
                            /**
                             * @description CEF and LEEF events below this are sightings; default medium.
                             * @enum {unknown}
                             */
                            readonly signalFrom?: "info" | "low" | "medium" | "high" | "critical";
                            readonly tls?: {
                                /** @description PEM of the listener’s certificate. */
                                readonly cert: string;
                                /** @description PEM; when given, senders must have a certificate of it. Needed outside of development mode. */
                                readonly clientCa?: string;
                                /** @description Senders’ certificates must have one as common name or DNS name. */
                                readonly clientNames?: readonly string[];
                                readonly keySecretRef: string;
                            };
                        };
                        readonly status: {
                            /** @description Datagrams beyond the rate or the buffer, broken connections. */
                            readonly dropped: number;
                            readonly duplicates: number;
                            readonly lastAt?: string;
                            readonly lastError?: string;
                            readonly port?: number;
                            readonly refused: number;
                            readonly sightings: number;
                            readonly signals: number;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putAlertSource: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Networks (192.0.2.0/24) that may send to the listener. Needed for udp:// and tcp:// outside of development mode. */
                    readonly allowFrom?: readonly string[];
                    readonly disabled?: boolean;
                    /** @description Absolute path that is followed, through rotations. */
                    readonly file?: string;
                    /**
                     * @description Of each line or message.
                     * @enum {unknown}
                     */
                    readonly format: "eve" | "cef" | "leef";
                    /** @description udp://, tcp:// or tls://HOST:PORT on which syslog is taken. */
                    readonly listen?: string;
                    /** @description Lines; default 500. */
                    readonly ratePerSecond?: number;
                    /**
                     * @description CEF and LEEF events below this are sightings; default medium.
                     * @enum {unknown}
                     */
                    readonly signalFrom?: "info" | "low" | "medium" | "high" | "critical";
                    readonly tls?: {
                        /** @description PEM of the listener’s certificate. */
                        readonly cert: string;
                        /** @description PEM; when given, senders must have a certificate of it. Needed outside of development mode. */
                        readonly clientCa?: string;
                        /** @description Senders’ certificates must have one as common name or DNS name. */
                        readonly clientNames?: readonly string[];
                        readonly keySecretRef: string;
                    };
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description Networks (192.0.2.0/24) that may send to the listener. Needed for udp:// and tcp:// outside of development mode. */
                            readonly allowFrom?: readonly string[];
                            readonly disabled?: boolean;
                            /** @description Absolute path that is followed, through rotations. */
                            readonly file?: string;
                            /**
                             * @description Of each line or message.
                             * @enum {unknown}
                             */
                            readonly format: "eve" | "cef" | "leef";
                            /** @description udp://, tcp:// or tls://HOST:PORT on which syslog is taken. */
                            readonly listen?: string;
                            /** @description Lines; default 500. */
                            readonly ratePerSecond?: number;
                            /**
                             * @description CEF and LEEF events below this are sightings; default medium.
                             * @enum {unknown}
                             */
                            readonly signalFrom?: "info" | "low" | "medium" | "high" | "critical";
                            readonly tls?: {
                                /** @description PEM of the listener’s certificate. */
                                readonly cert: string;
                                /** @description PEM; when given, senders must have a certificate of it. Needed outside of development mode. */
                                readonly clientCa?: string;
                                /** @description Senders’ certificates must have one as common name or DNS name. */
                                readonly clientNames?: readonly string[];
                                readonly keySecretRef: string;
                            };
                        };
                        readonly status: {
                            /** @description Datagrams beyond the rate or the buffer, broken connections. */
                            readonly dropped: number;
                            readonly duplicates: number;
                            readonly lastAt?: string;
                            readonly lastError?: string;
                            readonly port?: number;
                            readonly refused: number;
                            readonly sightings: number;
                            readonly signals: number;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteAlertSource: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listApiKeys: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly expiresAt: string;
                            readonly id: string;
                            readonly lastUsedAt?: string;
                            readonly name: string;
                            readonly owner: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly revokedAt?: string;
                            readonly roles: readonly string[];
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly issueApiKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly expiresInSeconds?: number;
                    readonly name: string;
                    readonly roles?: readonly ("viewer" | "operator" | "approver" | "admin" | "gateway")[];
                    readonly serviceAccount?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly apiKey: {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly expiresAt: string;
                            readonly id: string;
                            readonly lastUsedAt?: string;
                            readonly name: string;
                            readonly owner: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly revokedAt?: string;
                            readonly roles: readonly string[];
                        };
                        readonly secret: string;
                    };
                };
            };
        };
    };
    readonly revokeApiKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly createdBy: string;
                        readonly expiresAt: string;
                        readonly id: string;
                        readonly lastUsedAt?: string;
                        readonly name: string;
                        readonly owner: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly revokedAt?: string;
                        readonly roles: readonly string[];
                    };
                };
            };
        };
    };
    readonly listApprovals: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
                readonly model?: string;
                readonly state?: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                readonly version?: string;
                /** @description only open ones that the caller may approve */
                readonly waitingForMe?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly approvers: readonly string[];
                            readonly createdAt: string;
                            readonly digest: string;
                            readonly expiresAt: string;
                            /** @description approvals that count now */
                            readonly given: number;
                            readonly id: string;
                            /** @description policy's answer for the caller, before he clicks */
                            readonly mayApprove: {
                                readonly allow: boolean;
                                /** @description whose right it is, when it is not his own */
                                readonly onBehalfOf?: string;
                                readonly reasons: readonly string[];
                            };
                            /** @description policy's answer for the caller, before he clicks */
                            readonly mayReject: {
                                readonly allow: boolean;
                                /** @description whose right it is, when it is not his own */
                                readonly onBehalfOf?: string;
                                readonly reasons: readonly string[];
                            };
                            /** @description what is still needed, in words */
                            readonly missing: readonly string[];
                            readonly model: string;
                            /** @description NAME:VERSION */
                            readonly name: string;
                            /** @description approvals needed by role */
                            readonly needs: {
                                readonly [key: string]: number;
                            };
                            readonly quorums: readonly string[];
                            readonly reason: string;
                            readonly requestedBy: string;
                            readonly revision: number;
                            readonly stage: string;
                            /** @enum {unknown} */
                            readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                            readonly updatedAt: string;
                            readonly version: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly openApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description who is asked by name */
                    readonly approvers?: readonly string[];
                    /** Format: date-time */
                    readonly expiresAt?: string;
                    readonly model: string;
                    readonly reason: string;
                    readonly version: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly getApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approver: string;
                            readonly at: string;
                            readonly counts: boolean;
                            readonly evidence: string;
                            readonly expiresAt?: string;
                            readonly onBehalfOf?: string;
                            readonly reason: string;
                            readonly roles: readonly string[];
                            readonly why?: string;
                        }[];
                        readonly approvers: readonly string[];
                        /** @description false: bytes, evidence or policy changed since it was opened */
                        readonly bindingIsCurrent: boolean;
                        readonly createdAt: string;
                        readonly digest: string;
                        readonly evidenceDigest: string;
                        readonly expiresAt: string;
                        /** @description approvals that count now */
                        readonly given: number;
                        readonly history: readonly {
                            readonly action: string;
                            readonly principal: string;
                            readonly text: string;
                            readonly time: string;
                        }[];
                        readonly id: string;
                        /** @description policy's answer for the caller, before he clicks */
                        readonly mayApprove: {
                            readonly allow: boolean;
                            /** @description whose right it is, when it is not his own */
                            readonly onBehalfOf?: string;
                            readonly reasons: readonly string[];
                        };
                        /** @description policy's answer for the caller, before he clicks */
                        readonly mayReject: {
                            readonly allow: boolean;
                            /** @description whose right it is, when it is not his own */
                            readonly onBehalfOf?: string;
                            readonly reasons: readonly string[];
                        };
                        /** @description what is still needed, in words */
                        readonly missing: readonly string[];
                        readonly model: string;
                        /** @description NAME:VERSION */
                        readonly name: string;
                        /** @description approvals needed by role */
                        readonly needs: {
                            readonly [key: string]: number;
                        };
                        readonly policyDigest: string;
                        readonly quorums: readonly string[];
                        readonly reason: string;
                        readonly requestedBy: string;
                        readonly revision: number;
                        readonly stage: string;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                        readonly updatedAt: string;
                        readonly version: string;
                    };
                };
            };
        };
    };
    readonly approveApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description user:ID */
                    readonly onBehalfOf?: string;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        /** @description whether the approvals are enough now */
                        readonly met: boolean;
                        readonly missing: readonly string[];
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly commentApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly text: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly rejectApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description user:ID */
                    readonly onBehalfOf?: string;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        /** @description whether the approvals are enough now */
                        readonly met: boolean;
                        readonly missing: readonly string[];
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly withdrawApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly text: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly listDelegations: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly createdAt: string;
                            readonly delegate: string;
                            readonly holder: string;
                            readonly id: string;
                            readonly reason: string;
                            readonly roles: readonly string[];
                            /** @enum {unknown} */
                            readonly state: "active" | "ended" | "revoked";
                            readonly until: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly delegateApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                    /** @description user:ID */
                    readonly to: string;
                    /** Format: date-time */
                    readonly until: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly delegate: string;
                        readonly holder: string;
                        readonly id: string;
                        readonly reason: string;
                        readonly roles: readonly string[];
                        /** @enum {unknown} */
                        readonly state: "active" | "ended" | "revoked";
                        readonly until: string;
                    };
                };
            };
        };
    };
    readonly revokeDelegation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly putArtifact: {
        readonly parameters: {
            readonly query?: {
                /** @description sha256: and 64 hex digits */
                readonly digest?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly digest: string;
                        readonly sizeBytes: number;
                    };
                };
            };
        };
    };
    readonly getArtifact: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description sha256: and 64 hex digits */
                readonly digest: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly getArtifactScan: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly digest: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly digest: string;
                            readonly evidenceId?: string;
                            readonly note?: string;
                            readonly path: string;
                            readonly result?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "running" | "done" | "failed";
                            readonly updatedAt: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly scanArtifact: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly digest: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly again?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly digest: string;
                            readonly evidenceId?: string;
                            readonly note?: string;
                            readonly path: string;
                            readonly result?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "running" | "done" | "failed";
                            readonly updatedAt: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getAuditCheckpoint: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly keyId: string;
                        /** @description C2SP signed note. */
                        readonly note: string;
                        readonly origin: string;
                        /** @description SHA-256, lower-case hex. */
                        readonly rootHash: string;
                        readonly size: number;
                        readonly time: string;
                    };
                };
            };
        };
    };
    readonly getAuditConsistency: {
        readonly parameters: {
            readonly query: {
                readonly from: number;
                readonly to?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly checkpoint: {
                            readonly keyId: string;
                            /** @description C2SP signed note. */
                            readonly note: string;
                            readonly origin: string;
                            /** @description SHA-256, lower-case hex. */
                            readonly rootHash: string;
                            readonly size: number;
                            readonly time: string;
                        };
                        readonly from: number;
                        readonly hashes: readonly string[];
                        readonly to: number;
                    };
                };
            };
        };
    };
    readonly listAuditEntries: {
        readonly parameters: {
            readonly query?: {
                readonly action?: string;
                readonly after?: string;
                readonly before?: string;
                /** @description nextCursor of the last page. */
                readonly cursor?: string;
                readonly entityId?: string;
                readonly entityKind?: string;
                readonly limit?: number;
                readonly principal?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly action: string;
                            /** @description Canonical JSON (RFC 8785) exactly as hashed. */
                            readonly body: string;
                            readonly details: {
                                readonly [key: string]: unknown;
                            };
                            readonly entity: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly id: string;
                            readonly index: number;
                            readonly leafHash: string;
                            /** @enum {unknown} */
                            readonly outcome: "success" | "denied" | "failure";
                            readonly principal: string;
                            /** @description Root of the tree that ends with this entry. */
                            readonly root: string;
                            readonly tenant: string;
                            readonly time: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getAuditEntry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly checkpoint: {
                            readonly keyId: string;
                            /** @description C2SP signed note. */
                            readonly note: string;
                            readonly origin: string;
                            /** @description SHA-256, lower-case hex. */
                            readonly rootHash: string;
                            readonly size: number;
                            readonly time: string;
                        };
                        readonly entry: {
                            readonly action: string;
                            /** @description Canonical JSON (RFC 8785) exactly as hashed. */
                            readonly body: string;
                            readonly details: {
                                readonly [key: string]: unknown;
                            };
                            readonly entity: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly id: string;
                            readonly index: number;
                            readonly leafHash: string;
                            /** @enum {unknown} */
                            readonly outcome: "success" | "denied" | "failure";
                            readonly principal: string;
                            /** @description Root of the tree that ends with this entry. */
                            readonly root: string;
                            readonly tenant: string;
                            readonly time: string;
                        };
                        /** @description Base64 of the hashed bytes. */
                        readonly leaf: string;
                        readonly proof: {
                            readonly hashes: readonly string[];
                            readonly index: number;
                            readonly treeSize: number;
                        };
                    };
                };
            };
        };
    };
    readonly verifyAudit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly checkpoints: number;
                        readonly durationMs: number;
                        readonly firstAltered?: number;
                        readonly message?: string;
                        readonly mirrorSize?: number;
                        readonly ok: boolean;
                        /** @description SHA-256, lower-case hex. */
                        readonly rootHash: string;
                        readonly size: number;
                        /** @description entry, checkpoint, subtree or mirror. */
                        readonly where?: string;
                    };
                };
            };
        };
    };
    readonly listBackends: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            readonly spec: {
                                /** @description Per endpoint; 64 */
                                readonly connections?: number;
                                /** @description 5000 */
                                readonly healthIntervalMs?: number;
                                /** @description 16 MiB */
                                readonly maxResponseBytes?: number;
                                /** @description The model's name there; ours when absent */
                                readonly model?: string;
                                /** @description Our names of inputs and outputs to theirs */
                                readonly names?: {
                                    readonly [key: string]: string;
                                };
                                /** @enum {unknown} */
                                readonly protocol: "v2-rest" | "v2-grpc" | "mlflow" | "kserve-v1";
                                /** @description 1, within a budget of 10 % of the calls */
                                readonly retries?: number;
                                /** @description Of one attempt; 10000 */
                                readonly timeoutMs?: number;
                                /** @description Equal endpoints of one server: http(s)://HOST:PORT[/PREFIX], grpc(s)://HOST:PORT for v2-grpc */
                                readonly urls: readonly string[];
                                /** @description Probe rows that must get the same answers there as from the registered file here; false takes the server at its word */
                                readonly verify?: false | {
                                    /** @description 60000 */
                                    readonly intervalMs?: number;
                                    /** @description 4 */
                                    readonly rows?: number;
                                    /** @description 0.001 */
                                    readonly tolerance?: number;
                                };
                                /** @description The version's name there; the server's default when absent */
                                readonly version?: string;
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getBackend: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description Per endpoint; 64 */
                            readonly connections?: number;
                            /** @description 5000 */
                            readonly healthIntervalMs?: number;
                            /** @description 16 MiB */
                            readonly maxResponseBytes?: number;
                            /** @description The model's name there; ours when absent */
                            readonly model?: string;
                            /** @description Our names of inputs and outputs to theirs */
                            readonly names?: {
                                readonly [key: string]: string;
                            };
                            /** @enum {unknown} */
                            readonly protocol: "v2-rest" | "v2-grpc" | "mlflow" | "kserve-v1";
                            /** @description 1, within a budget of 10 % of the calls */
                            readonly retries?: number;
                            /** @description Of one attempt; 10000 */
                            readonly timeoutMs?: number;
                            /** @description Equal endpoints of one server: http(s)://HOST:PORT[/PREFIX], grpc(s)://HOST:PORT for v2-grpc */
                            readonly urls: readonly string[];
                            /** @description Probe rows that must get the same answers there as from the registered file here; false takes the server at its word */
                            readonly verify?: false | {
                                /** @description 60000 */
                                readonly intervalMs?: number;
                                /** @description 4 */
                                readonly rows?: number;
                                /** @description 0.001 */
                                readonly tolerance?: number;
                            };
                            /** @description The version's name there; the server's default when absent */
                            readonly version?: string;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putBackend: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Per endpoint; 64 */
                    readonly connections?: number;
                    /** @description 5000 */
                    readonly healthIntervalMs?: number;
                    /** @description 16 MiB */
                    readonly maxResponseBytes?: number;
                    /** @description The model's name there; ours when absent */
                    readonly model?: string;
                    /** @description Our names of inputs and outputs to theirs */
                    readonly names?: {
                        readonly [key: string]: string;
                    };
                    /** @enum {unknown} */
                    readonly protocol: "v2-rest" | "v2-grpc" | "mlflow" | "kserve-v1";
                    /** @description 1, within a budget of 10 % of the calls */
                    readonly retries?: number;
                    /** @description Of one attempt; 10000 */
                    readonly timeoutMs?: number;
                    /** @description Equal endpoints of one server: http(s)://HOST:PORT[/PREFIX], grpc(s)://HOST:PORT for v2-grpc */
                    readonly urls: readonly string[];
                    /** @description Probe rows that must get the same answers there as from the registered file here; false takes the server at its word */
                    readonly verify?: false | {
                        /** @description 60000 */
                        readonly intervalMs?: number;
                        /** @description 4 */
                        readonly rows?: number;
                        /** @description 0.001 */
                        readonly tolerance?: number;
                    };
                    /** @description The version's name there; the server's default when absent */
                    readonly version?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description Per endpoint; 64 */
                            readonly connections?: number;
                            /** @description 5000 */
                            readonly healthIntervalMs?: number;
                            /** @description 16 MiB */
                            readonly maxResponseBytes?: number;
                            /** @description The model's name there; ours when absent */
                            readonly model?: string;
                            /** @description Our names of inputs and outputs to theirs */
                            readonly names?: {
                                readonly [key: string]: string;
                            };
                            /** @enum {unknown} */
                            readonly protocol: "v2-rest" | "v2-grpc" | "mlflow" | "kserve-v1";
                            /** @description 1, within a budget of 10 % of the calls */
                            readonly retries?: number;
                            /** @description Of one attempt; 10000 */
                            readonly timeoutMs?: number;
                            /** @description Equal endpoints of one server: http(s)://HOST:PORT[/PREFIX], grpc(s)://HOST:PORT for v2-grpc */
                            readonly urls: readonly string[];
                            /** @description Probe rows that must get the same answers there as from the registered file here; false takes the server at its word */
                            readonly verify?: false | {
                                /** @description 60000 */
                                readonly intervalMs?: number;
                                /** @description 4 */
                                readonly rows?: number;
                                /** @description 0.001 */
                                readonly tolerance?: number;
                            };
                            /** @description The version's name there; the server's default when absent */
                            readonly version?: string;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteBackend: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly issueCertificate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly component: string;
                    readonly expiresInSeconds?: number;
                    readonly hosts?: readonly string[];
                    /** @description SPKI PEM; absent: a key is made */
                    readonly publicKey?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly authority: string;
                        readonly certificate: string;
                        readonly notAfter: string;
                        readonly privateKey?: string;
                        readonly serialNumber: string;
                        readonly uri: string;
                    };
                };
            };
        };
    };
    readonly listContainments: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly approvals: readonly {
                                readonly approvedAt: string;
                                readonly approver: string;
                                readonly reason: string;
                            }[];
                            readonly approvalsNeeded: number;
                            readonly approveUntil?: string;
                            readonly blastRadius: readonly {
                                readonly entities: readonly {
                                    readonly id: string;
                                    readonly kind: string;
                                }[];
                                readonly summary: string;
                            }[];
                            /** @description Why this release waits for a person before it goes on */
                            readonly changed?: string;
                            readonly createdAt: string;
                            readonly endedAt?: string;
                            /** @description Reverts by itself then */
                            readonly expiresAt?: string;
                            readonly id: string;
                            readonly incident?: string;
                            readonly isProtected: boolean;
                            readonly name: string;
                            /** @enum {unknown} */
                            readonly onFailure: "revert" | "continue";
                            /** @description What an approval is about */
                            readonly planDigest: string;
                            readonly reason: string;
                            /** @description Version of the product that made it */
                            readonly release?: string;
                            readonly requestedBy: string;
                            readonly revertReason?: string;
                            /** @enum {unknown} */
                            readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                            readonly steps: readonly {
                                readonly action: string;
                                readonly appliedAt?: string;
                                readonly attempts: number;
                                /** @description What the probe saw, or why it failed */
                                readonly detail?: string;
                                readonly dispatchedAt?: string;
                                /** @description From its start to the end of its probe */
                                readonly durationMs?: number;
                                readonly index: number;
                                readonly parameters: {
                                    readonly [key: string]: unknown;
                                };
                                readonly probedAt?: string;
                                readonly revertedAt?: string;
                                readonly startedAt?: string;
                                /** @enum {unknown} */
                                readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                            }[];
                            readonly subject: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly updatedAt: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getContainment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly listDecisions: {
        readonly parameters: {
            readonly query?: {
                readonly allow?: boolean;
                readonly cursor?: string;
                /** @description kind:id */
                readonly entity?: string;
                readonly limit?: number;
                readonly pack?: string;
                /** @description kind:id */
                readonly principal?: string;
                /** @description false leaves out allowed reads, of which every look at a page makes some. */
                readonly routine?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly action: string;
                            readonly allow: boolean;
                            readonly bundleDigest: string;
                            readonly entity?: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly evaluationMicros: number;
                            readonly id: string;
                            readonly inputDigest: string;
                            readonly obligations: {
                                readonly [key: string]: unknown;
                            };
                            readonly pack: string;
                            readonly packVersion: number;
                            readonly principal: string;
                            readonly reasons: readonly string[];
                            readonly seq: string;
                            readonly time: string;
                            /** @description Equal questions that this decision answered */
                            readonly times: number;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly listDetectionRules: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** @description Incidents with it that were true positives */
                            readonly hits: number;
                            /** @description Incidents with it that were not; a benign one counts half */
                            readonly misses: number;
                            readonly rule: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly listEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description cursor of the last event seen */
                readonly after?: string;
                readonly limit?: number;
                /** @description comma separated */
                readonly types?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly cursor: string;
                        readonly items: readonly {
                            readonly cursor: string;
                            readonly data: {
                                readonly [key: string]: unknown;
                            };
                            /** @enum {string} */
                            readonly datacontenttype: "application/json";
                            readonly id: string;
                            readonly principal: string;
                            readonly source: string;
                            /** @enum {string} */
                            readonly specversion: "1.0";
                            readonly subject: string;
                            readonly tenant: string;
                            readonly time: string;
                            readonly type: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly listEvidence: {
        readonly parameters: {
            readonly query: {
                readonly digest: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly createdAt: string;
                            readonly envelope?: {
                                readonly payload: string;
                                readonly payloadType: string;
                                readonly signatures: readonly {
                                    readonly keyid: string;
                                    readonly sig: string;
                                }[];
                            };
                            readonly id: string;
                            readonly predicate: {
                                readonly [key: string]: unknown;
                            };
                            readonly predicateType: string;
                            readonly principal: string;
                            readonly reasons: readonly string[];
                            /** @description Key id; empty when no known key signed. */
                            readonly signer: string;
                            readonly subjectDigest: string;
                            readonly subjectName: string;
                            /** @description Recomputed from the stored envelope for this answer. */
                            readonly verified: boolean;
                        }[];
                    };
                };
            };
        };
    };
    readonly getEvidence: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly envelope?: {
                            readonly payload: string;
                            readonly payloadType: string;
                            readonly signatures: readonly {
                                readonly keyid: string;
                                readonly sig: string;
                            }[];
                        };
                        readonly id: string;
                        readonly predicate: {
                            readonly [key: string]: unknown;
                        };
                        readonly predicateType: string;
                        readonly principal: string;
                        readonly reasons: readonly string[];
                        /** @description Key id; empty when no known key signed. */
                        readonly signer: string;
                        readonly subjectDigest: string;
                        readonly subjectName: string;
                        /** @description Recomputed from the stored envelope for this answer. */
                        readonly verified: boolean;
                    };
                };
            };
        };
    };
    readonly listGateways: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly addresses: readonly string[];
                            /** @description Heard of in the last 15 s. */
                            readonly connected: boolean;
                            /** @description Reports it could not keep, since it started. */
                            readonly dropped: number;
                            /** @description Of the snapshot it serves by. */
                            readonly epoch: number;
                            readonly firstSeen: string;
                            /** @description Addresses and name of its machine. */
                            readonly hosts?: readonly string[];
                            readonly id: string;
                            /** @description Epochs behind the control plane. */
                            readonly lag: number;
                            readonly lastSeen: string;
                            readonly principal: string;
                            readonly problem?: string;
                            readonly ready: boolean;
                            /** @description Calls answered by the versions it serves now. */
                            readonly requests: number;
                            readonly startedAt: string;
                            readonly version: string;
                            /** @description Reports that wait on its disk. */
                            readonly waiting: number;
                        }[];
                    };
                };
            };
        };
    };
    readonly getGatewayArtifact: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly digest: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly getGatewayKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly keyid: string;
                        readonly pem: string;
                    };
                };
            };
        };
    };
    readonly reportGateway: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly addresses: readonly string[];
                    readonly anchors?: readonly {
                        readonly id: string;
                        readonly kind: string;
                    }[];
                    readonly canaries?: readonly {
                        readonly baseline: {
                            readonly answered: number;
                            readonly failed: number;
                            readonly labels: {
                                readonly [key: string]: number;
                            };
                            readonly latency: readonly number[];
                            readonly scores: {
                                readonly count: number;
                                readonly sum: number;
                            };
                        };
                        readonly candidate: {
                            readonly answered: number;
                            readonly failed: number;
                            readonly labels: {
                                readonly [key: string]: number;
                            };
                            readonly latency: readonly number[];
                            readonly scores: {
                                readonly count: number;
                                readonly sum: number;
                            };
                        };
                        readonly plan: string;
                        readonly route: string;
                    }[];
                    readonly dropped: number;
                    readonly epoch: number;
                    readonly gateway: string;
                    readonly holds?: readonly string[];
                    readonly hosts?: readonly string[];
                    readonly items: readonly {
                        readonly body: {
                            readonly [key: string]: unknown;
                        };
                        /** @enum {unknown} */
                        readonly kind: "denied" | "decision" | "signal" | "sketches";
                        readonly sequence: number;
                    }[];
                    readonly problem?: string;
                    readonly ready: boolean;
                    readonly requests: number;
                    readonly served?: readonly {
                        readonly backend?: string;
                        readonly isShadow?: boolean;
                        readonly model: string;
                        readonly outcomes: {
                            readonly denied: number;
                            readonly failed: number;
                            readonly invalid: number;
                            readonly late: number;
                            readonly ok: number;
                            readonly shed: number;
                        };
                        readonly predictions: {
                            readonly [key: string]: number;
                        };
                        readonly route: string;
                        readonly rows: number;
                        readonly steps: readonly {
                            readonly denied: number;
                            readonly errors: number;
                            readonly index: number;
                            readonly latency: readonly number[];
                            readonly requests: number;
                            readonly shed: number;
                        }[];
                        readonly version: string;
                    }[];
                    readonly startedAt: string;
                    readonly stopped?: boolean;
                    readonly stream: string;
                    readonly version: string;
                    readonly waiting: number;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Items up to this sequence are kept; the gateway forgets them. */
                        readonly accepted: number;
                        /** @description Of the content in force. */
                        readonly epoch: number;
                    };
                };
            };
        };
    };
    readonly getGatewaySnapshot: {
        readonly parameters: {
            readonly query?: {
                readonly after?: number;
                /** @description s */
                readonly wait?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly payload: string;
                        readonly payloadType: string;
                        readonly signatures: readonly {
                            readonly keyid: string;
                            readonly sig: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listIncidents: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                /** @description kind:id */
                readonly entity?: string;
                readonly limit?: number;
                /** @description false: only resolved and closed ones */
                readonly open?: boolean;
                readonly owner?: string;
                readonly severity?: "info" | "low" | "medium" | "high" | "critical";
                /** @description The incident of this signal */
                readonly signal?: string;
                readonly status?: "open" | "acknowledged" | "contained" | "resolved" | "closed";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly acknowledgedAt?: string;
                            readonly acknowledgeDue?: string;
                            /** @description Clocks that ran out: acknowledge, contain, resolve */
                            readonly breached: readonly string[];
                            /** @description From severity high */
                            readonly containDue?: string;
                            readonly containedAt?: string;
                            /** @enum {unknown} */
                            readonly disposition?: "true-positive" | "false-positive" | "benign";
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly firstTime: string;
                            readonly id: string;
                            readonly lastTime: string;
                            readonly openedAt?: string;
                            readonly owner?: string;
                            readonly resolvedAt?: string;
                            readonly resolveDue?: string;
                            readonly revision: number;
                            /** @description Decibans: 10 is odds of 10 to 1 */
                            readonly score: number;
                            readonly seq: string;
                            /** @enum {unknown} */
                            readonly severity: "info" | "low" | "medium" | "high" | "critical";
                            readonly signals: number;
                            /** @enum {unknown} */
                            readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                            readonly title: string;
                            readonly updatedAt: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getIncident: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly accounts: readonly {
                            readonly id: string;
                            readonly kind: string;
                            /** @description Decibans: 10 is odds of 10 to 1 */
                            readonly score: number;
                            /** @description Signals are about it, not only mention it */
                            readonly subject: boolean;
                        }[];
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        readonly conditions: readonly {
                            readonly cleared: boolean;
                            readonly entity: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly group: string;
                            readonly id: string;
                            readonly key: string;
                            readonly pValue?: number;
                            readonly related: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly rule: string;
                            /** @enum {unknown} */
                            readonly severity: "info" | "low" | "medium" | "high" | "critical";
                            readonly since?: number;
                            readonly source: string;
                            readonly techniques: readonly string[];
                            readonly time: number;
                            readonly title: string;
                        }[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        readonly decisions: readonly {
                            readonly acted: number;
                            readonly actions: readonly {
                                /** @enum {unknown} */
                                readonly action: "route.previous-version" | "route.to" | "canary.stop" | "version.quarantine" | "version.retract" | "digest.deny" | "caller.throttle" | "caller.deny" | "policy.rollback" | "signer.suspend" | "network.segment" | "notebook.isolate" | "webhook.post" | "ticket.open" | "ticket.mail" | "playbook.run";
                                readonly approvals_needed: number;
                                readonly entity: {
                                    readonly id: string;
                                    readonly kind: string;
                                };
                                /** @enum {unknown} */
                                readonly mode: "observe" | "recommend" | "act";
                                readonly parameters: {
                                    readonly [key: string]: unknown;
                                };
                                readonly reasons: readonly string[];
                                readonly ttl_s?: number;
                            }[];
                            readonly bundleDigest: string;
                            readonly id: string;
                            readonly reasons: readonly string[];
                            readonly time: string;
                        }[];
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly ledger: {
                            readonly contributions: readonly {
                                /** @enum {unknown} */
                                readonly basis: "p-value" | "rule-prior";
                                /** @description Reached the most that its severity may bring */
                                readonly capped: boolean;
                                /** @description False beyond the strongest ten of a rule */
                                readonly counted: boolean;
                                /** @description Decibans: 10 is odds of 10 to 1 */
                                readonly decibans: number;
                                readonly entity: {
                                    readonly id: string;
                                    readonly kind: string;
                                };
                                readonly eValue: number;
                                readonly group: string;
                                readonly key: string;
                                readonly pValue?: number;
                                readonly rule: string;
                                /** @enum {unknown} */
                                readonly severity: "info" | "low" | "medium" | "high" | "critical";
                                readonly signal: string;
                                readonly source: string;
                                /** @description ms since 1970 */
                                readonly time: number;
                                readonly title: string;
                                /** @description Exponent: decay, trust in the rule */
                                readonly weight: number;
                            }[];
                            readonly groups: readonly {
                                /** @description Decibans: 10 is odds of 10 to 1 */
                                readonly decibans: number;
                                readonly group: string;
                                readonly source: string;
                            }[];
                            /** @description Decibans: 10 is odds of 10 to 1 */
                            readonly score: number;
                            /** @enum {unknown} */
                            readonly severity: "info" | "low" | "medium" | "high" | "critical";
                            readonly sources: readonly {
                                /** @description Decibans: 10 is odds of 10 to 1 */
                                readonly decibans: number;
                                readonly source: string;
                                /** @description Decibans: 10 is odds of 10 to 1 */
                                readonly uncapped: number;
                            }[];
                        };
                        readonly neighbourhood: {
                            readonly edges: readonly {
                                readonly from: string;
                                readonly signals: number;
                                readonly to: string;
                            }[];
                            readonly nodes: readonly {
                                readonly hops: number;
                                readonly id: string;
                                readonly kind: string;
                                readonly signals: number;
                            }[];
                        };
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        /** @description The ledger in one paragraph */
                        readonly summary: string;
                        readonly timeline: readonly {
                            readonly details: {
                                readonly [key: string]: unknown;
                            };
                            readonly kind: string;
                            readonly principal: string;
                            readonly text: string;
                            readonly time: string;
                        }[];
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly commentIncident: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly text: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly judgeIncident: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly disposition: "true-positive" | "false-positive" | "benign";
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly mergeIncidents: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly incidents: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly assignIncident: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly owner: string | null;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly splitIncident: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly signals: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly transitionIncident: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly disposition?: "true-positive" | "false-positive" | "benign";
                    readonly reason?: string;
                    /** @enum {unknown} */
                    readonly to: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly acknowledgedAt?: string;
                        readonly acknowledgeDue?: string;
                        /** @description Clocks that ran out: acknowledge, contain, resolve */
                        readonly breached: readonly string[];
                        /** @description From severity high */
                        readonly containDue?: string;
                        readonly containedAt?: string;
                        /** @enum {unknown} */
                        readonly disposition?: "true-positive" | "false-positive" | "benign";
                        readonly entities: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        readonly firstTime: string;
                        readonly id: string;
                        readonly lastTime: string;
                        readonly openedAt?: string;
                        readonly owner?: string;
                        readonly resolvedAt?: string;
                        readonly resolveDue?: string;
                        readonly revision: number;
                        /** @description Decibans: 10 is odds of 10 to 1 */
                        readonly score: number;
                        readonly seq: string;
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly signals: number;
                        /** @enum {unknown} */
                        readonly status: "open" | "acknowledged" | "contained" | "resolved" | "closed";
                        readonly title: string;
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly searchInferenceLog: {
        readonly parameters: {
            readonly query?: {
                /** @description nextCursor of the last page. */
                readonly cursor?: string;
                readonly decision?: "allow" | "deny" | "none";
                /** @description RFC 3339, UTC */
                readonly from?: string;
                readonly limit?: number;
                readonly minLatencyMs?: number;
                readonly model?: string;
                /** @description `kind:id` */
                readonly principal?: string;
                readonly requestId?: string;
                readonly route?: string;
                readonly status?: number;
                /** @description RFC 3339, UTC */
                readonly to?: string;
                readonly traceId?: string;
                readonly version?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** @description Backend that ran it; null inside the server */
                            readonly backend: string | null;
                            /** @description How the version was chosen: weight, sticky, canary, fallback, shadow */
                            readonly choice: string | null;
                            /** @description `allow`, `deny`, or null when it was refused before the policy was asked */
                            readonly decision: string | null;
                            /** @description Id in the decision log */
                            readonly decision_id: string | null;
                            /** @description Digest of the version */
                            readonly digest: string | null;
                            /** @description EPOCH-SEQUENCE */
                            readonly id: string;
                            /** @description The inputs, where the route keeps them */
                            readonly input?: unknown;
                            /** @description SHA-256 of the request's body */
                            readonly input_digest: string | null;
                            /** @description Predicted label of the first row */
                            readonly label: string | null;
                            readonly latency_ms: number;
                            readonly model: string;
                            readonly obligations?: unknown;
                            /** @description The outputs as answered */
                            readonly output?: unknown;
                            /** @description Who called, `kind:id` */
                            readonly principal: string | null;
                            readonly reasons: readonly string[] | null;
                            /** @description The whole record as anchored in the audit log */
                            readonly record: string;
                            readonly redacted: boolean;
                            /** @description The `id` of the request's body */
                            readonly request_id: string | null;
                            readonly route: string;
                            readonly rows: number;
                            readonly score: number | null;
                            readonly status: number;
                            readonly tenant: string;
                            readonly time: string;
                            /** @description Trace id of the traceparent header */
                            readonly trace_id: string | null;
                            readonly version: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getInferenceRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description EPOCH-SEQUENCE */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Backend that ran it; null inside the server */
                        readonly backend: string | null;
                        /** @description How the version was chosen: weight, sticky, canary, fallback, shadow */
                        readonly choice: string | null;
                        /** @description `allow`, `deny`, or null when it was refused before the policy was asked */
                        readonly decision: string | null;
                        /** @description Id in the decision log */
                        readonly decision_id: string | null;
                        /** @description Digest of the version */
                        readonly digest: string | null;
                        /** @description EPOCH-SEQUENCE */
                        readonly id: string;
                        /** @description The inputs, where the route keeps them */
                        readonly input?: unknown;
                        /** @description SHA-256 of the request's body */
                        readonly input_digest: string | null;
                        /** @description Predicted label of the first row */
                        readonly label: string | null;
                        readonly latency_ms: number;
                        readonly model: string;
                        readonly obligations?: unknown;
                        /** @description The outputs as answered */
                        readonly output?: unknown;
                        /** @description Who called, `kind:id` */
                        readonly principal: string | null;
                        readonly reasons: readonly string[] | null;
                        /** @description The whole record as anchored in the audit log */
                        readonly record: string;
                        readonly redacted: boolean;
                        /** @description The `id` of the request's body */
                        readonly request_id: string | null;
                        readonly route: string;
                        readonly rows: number;
                        readonly score: number | null;
                        readonly status: number;
                        readonly tenant: string;
                        readonly time: string;
                        /** @description Trace id of the traceparent header */
                        readonly trace_id: string | null;
                        readonly version: string;
                    };
                };
            };
        };
    };
    readonly proveInferenceRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description EPOCH-SEQUENCE */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly audit: {
                            /** @description C2SP signed note */
                            readonly checkpoint: string;
                            /** @description Base64 of the entry as hashed */
                            readonly entry: string;
                            readonly hashes: readonly string[];
                            readonly index: number;
                            readonly size: number;
                        };
                        /** @description EPOCH-SEQUENCE */
                        readonly id: string;
                        /** @description SHA-256 of 0x00 and these bytes is the leaf hash */
                        readonly record: string;
                        /** @enum {string} */
                        readonly schema: "record-proof/1";
                        readonly segment: {
                            readonly hashes: readonly string[];
                            readonly id: string;
                            readonly index: number;
                            readonly root: string;
                            readonly size: number;
                        };
                    };
                };
            };
        };
    };
    readonly replayInferenceRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description EPOCH-SEQUENCE */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Route or model; the record's own when absent */
                    readonly route?: string;
                    readonly version?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Answer or error of the inference protocol */
                        readonly answer: unknown;
                        readonly before: {
                            readonly output?: unknown;
                            readonly status: number;
                            readonly version: string;
                        };
                        readonly model?: string;
                        /** @description Absent when one of the two answers is not there to compare */
                        readonly outputs?: readonly {
                            readonly detail?: string;
                            readonly different?: number;
                            readonly largest?: number;
                            readonly name: string;
                            readonly same: boolean;
                        }[];
                        readonly route: string;
                        /** @description What the caller would have got now */
                        readonly status: number;
                        readonly version?: string;
                    };
                };
            };
        };
    };
    readonly listErasures: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** @description Records up to this time are gone */
                            readonly before: string;
                            readonly by: string;
                            readonly callerDigest: string;
                            readonly files: number;
                            readonly id: string;
                            readonly records: number;
                            /** @enum {unknown} */
                            readonly state: "running" | "done";
                        }[];
                    };
                };
            };
        };
    };
    readonly eraseCaller: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description The caller key as records have it, `kind:id` */
                    readonly caller: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Records up to this time are gone */
                        readonly before: string;
                        readonly by: string;
                        readonly callerDigest: string;
                        readonly files: number;
                        readonly id: string;
                        readonly records: number;
                        /** @enum {unknown} */
                        readonly state: "running" | "done";
                    };
                };
            };
        };
    };
    readonly queryInferenceLog: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default 10000 */
                    readonly maxRows?: number;
                    /** @description One SELECT (DuckDB) over the view inference_log */
                    readonly sql: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly columns: readonly {
                            readonly name: string;
                            readonly type: string;
                        }[];
                        readonly elapsedMs: number;
                        readonly rows: readonly (readonly unknown[])[];
                        /** @description There are more rows than one answer holds */
                        readonly truncated: boolean;
                    };
                };
            };
        };
    };
    readonly getInferenceLogState: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly bytes: number;
                        readonly files: number;
                        readonly records: number;
                        readonly waitingBytes: number;
                        readonly waitingSegments: number;
                    };
                };
            };
        };
    };
    readonly postAlerts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": unknown;
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly duplicates: number;
                        /** @description The first 100. */
                        readonly refused: readonly {
                            readonly line: number;
                            readonly reason: string;
                        }[];
                        readonly refusedCount: number;
                        readonly sightings: number;
                        readonly signals: number;
                    };
                };
            };
        };
    };
    readonly listKeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly algorithm: string;
                            readonly keyid: string;
                            readonly pem: string;
                            /** @description evidence, or audit for the checkpoints of the audit log. */
                            readonly use: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly recordLineageEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description An OpenLineage RunEvent */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** Format: date-time */
                    readonly eventTime: string;
                    /** @enum {unknown} */
                    readonly eventType?: "START" | "RUNNING" | "COMPLETE" | "ABORT" | "FAIL" | "OTHER";
                    readonly inputs?: readonly {
                        readonly facets?: {
                            readonly [key: string]: unknown;
                        };
                        readonly inputFacets?: {
                            readonly [key: string]: unknown;
                        };
                        readonly name: string;
                        readonly namespace: string;
                        readonly outputFacets?: {
                            readonly [key: string]: unknown;
                        };
                    }[];
                    readonly job: {
                        readonly facets?: {
                            readonly [key: string]: unknown;
                        };
                        readonly name: string;
                        readonly namespace: string;
                    };
                    readonly outputs?: readonly {
                        readonly facets?: {
                            readonly [key: string]: unknown;
                        };
                        readonly inputFacets?: {
                            readonly [key: string]: unknown;
                        };
                        readonly name: string;
                        readonly namespace: string;
                        readonly outputFacets?: {
                            readonly [key: string]: unknown;
                        };
                    }[];
                    readonly producer: string;
                    readonly run: {
                        readonly facets?: {
                            readonly [key: string]: unknown;
                        };
                        readonly runId: string;
                    };
                    readonly schemaURL: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @enum {unknown} */
                        readonly outcome: "recorded" | "known" | "own";
                    };
                };
            };
        };
    };
    readonly getLineage: {
        readonly parameters: {
            readonly query?: {
                readonly depth?: number;
                readonly direction?: "both" | "ancestors" | "descendants";
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly edges: readonly {
                            /** @description The cause. */
                            readonly from: string;
                            /** @enum {unknown} */
                            readonly kind: "produced" | "read-by" | "ran" | "trained-on" | "parent-of" | "holds" | "referenced-by" | "same-bytes";
                            readonly statedBy: string;
                            readonly time: string;
                            /** @description The effect. */
                            readonly to: string;
                        }[];
                        readonly nodes: readonly {
                            readonly attributes: {
                                readonly [key: string]: unknown;
                            };
                            readonly digest?: string;
                            /** @description Steps away. */
                            readonly distance: number;
                            readonly id: string;
                            /** @enum {unknown} */
                            readonly kind: "model-version" | "model" | "run" | "dataset" | "code" | "registry";
                            readonly label: string;
                            /** @enum {unknown} */
                            readonly place: "self" | "ancestor" | "descendant" | "both";
                            /** @description Of a registered version. */
                            readonly stage?: string;
                        }[];
                        readonly root: string;
                        /** @description Ancestors that are quarantined or retracted, the nearest first. */
                        readonly taints: readonly {
                            /** @description Steps away. */
                            readonly distance: number;
                            readonly id: string;
                            readonly label: string;
                            readonly stage: string;
                        }[];
                        /** @description True when depth or size cut something off. */
                        readonly truncated: boolean;
                    };
                };
            };
        };
    };
    readonly listVersionsOfDataset: {
        readonly parameters: {
            readonly query?: {
                readonly digest?: string;
                readonly name?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly datasets: readonly {
                            readonly attributes: {
                                readonly [key: string]: unknown;
                            };
                            readonly digest?: string;
                            readonly id: string;
                            /** @enum {unknown} */
                            readonly kind: "model-version" | "model" | "run" | "dataset" | "code" | "registry";
                            readonly label: string;
                            /** @description Of a registered version. */
                            readonly stage?: string;
                        }[];
                        readonly truncated: boolean;
                        readonly versions: readonly {
                            readonly attributes: {
                                readonly [key: string]: unknown;
                            };
                            readonly digest?: string;
                            /** @description Steps away. */
                            readonly distance: number;
                            readonly id: string;
                            /** @enum {unknown} */
                            readonly kind: "model-version" | "model" | "run" | "dataset" | "code" | "registry";
                            readonly label: string;
                            /** @description Of a registered version. */
                            readonly stage?: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly listLineageEvents: {
        readonly parameters: {
            readonly query?: {
                readonly after?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** Format: date-time */
                            readonly eventTime: string;
                            /** @enum {unknown} */
                            readonly eventType?: "START" | "RUNNING" | "COMPLETE" | "ABORT" | "FAIL" | "OTHER";
                            readonly inputs?: readonly {
                                readonly facets?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly inputFacets?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly name: string;
                                readonly namespace: string;
                                readonly outputFacets?: {
                                    readonly [key: string]: unknown;
                                };
                            }[];
                            readonly job: {
                                readonly facets?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly name: string;
                                readonly namespace: string;
                            };
                            readonly outputs?: readonly {
                                readonly facets?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly inputFacets?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly name: string;
                                readonly namespace: string;
                                readonly outputFacets?: {
                                    readonly [key: string]: unknown;
                                };
                            }[];
                            readonly producer: string;
                            readonly run: {
                                readonly facets?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly runId: string;
                            };
                            readonly schemaURL: string;
                        }[];
                        readonly nextCursor: string;
                    };
                };
            };
        };
    };
    readonly listModels: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                /** @description sha256: and 64 hex digits */
                readonly digest?: string;
                readonly limit?: number;
                readonly name?: string;
                readonly stage?: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly deployedAt?: string;
                            readonly description?: string;
                            readonly digest: string;
                            readonly isDefault: boolean;
                            readonly labels: {
                                readonly [key: string]: string;
                            };
                            readonly name: string;
                            readonly revision: number;
                            readonly serving: boolean;
                            /** @enum {unknown} */
                            readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                            readonly updatedAt: string;
                            readonly version: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getModel: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly versions: readonly {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly deployedAt?: string;
                            readonly description?: string;
                            readonly digest: string;
                            readonly isDefault: boolean;
                            readonly labels: {
                                readonly [key: string]: string;
                            };
                            readonly name: string;
                            readonly revision: number;
                            readonly serving: boolean;
                            /** @enum {unknown} */
                            readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                            readonly updatedAt: string;
                            readonly version: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getVersionDifference: {
        readonly parameters: {
            readonly query: {
                readonly from: string;
                readonly to: string;
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly from: {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly digest: string;
                            readonly stage: string;
                            readonly verdict?: {
                                /** @enum {unknown} */
                                readonly decision: "allow" | "deny";
                                readonly reasons: readonly string[];
                            };
                            readonly version: string;
                        };
                        readonly graph: {
                            readonly nodes?: {
                                readonly added: number;
                                readonly changed: number;
                                readonly removed: number;
                                readonly same: number;
                            };
                            readonly tensors?: {
                                readonly added: number;
                                readonly changed: number;
                                readonly removed: number;
                                readonly same: number;
                            };
                            /** @description Why there is no comparison of graphs. */
                            readonly unavailable?: string;
                            /** @enum {unknown} */
                            readonly verdict?: "identical" | "metadata" | "weights" | "architecture";
                        };
                        readonly name: string;
                        readonly sections: {
                            readonly components: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                            readonly evidence: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                            readonly files: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                            readonly interface: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                            readonly lineage: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                            readonly metrics: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                            readonly specification: {
                                readonly changes: readonly {
                                    /** @enum {unknown} */
                                    readonly change: "added" | "removed" | "changed";
                                    readonly from?: string;
                                    readonly kind: string;
                                    readonly name: string;
                                    readonly to?: string;
                                }[];
                                readonly same: number;
                                /** @description Changes; more than are listed when they were cut. */
                                readonly total: number;
                            };
                        };
                        readonly to: {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly digest: string;
                            readonly stage: string;
                            readonly verdict?: {
                                /** @enum {unknown} */
                                readonly decision: "allow" | "deny";
                                readonly reasons: readonly string[];
                            };
                            readonly version: string;
                        };
                    };
                };
            };
        };
    };
    readonly registerModelVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly artifacts: readonly {
                        /** @description sha256: and 64 hex digits */
                        readonly digest: string;
                        readonly path: string;
                        /** @enum {unknown} */
                        readonly role: "model" | "reference" | "card" | "replay" | "other";
                    }[];
                    readonly spec: {
                        readonly classes?: readonly string[];
                        readonly description?: string;
                        readonly features?: readonly {
                            readonly description?: string;
                            readonly index: number;
                            readonly input: string;
                            readonly name: string;
                        }[];
                        readonly labels?: {
                            readonly [key: string]: string;
                        };
                        readonly limits?: {
                            readonly minAccuracy?: number;
                            readonly minBalancedAccuracy?: number;
                        };
                        readonly reference?: {
                            readonly label: string;
                            readonly prediction: string;
                        };
                    };
                    readonly version: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly createdBy: string;
                        readonly deployedAt?: string;
                        readonly description?: string;
                        readonly digest: string;
                        readonly isDefault: boolean;
                        readonly labels: {
                            readonly [key: string]: string;
                        };
                        readonly name: string;
                        readonly revision: number;
                        readonly serving: boolean;
                        /** @enum {unknown} */
                        readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                        readonly updatedAt: string;
                        readonly version: string;
                    };
                };
            };
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly createdBy: string;
                        readonly deployedAt?: string;
                        readonly description?: string;
                        readonly digest: string;
                        readonly isDefault: boolean;
                        readonly labels: {
                            readonly [key: string]: string;
                        };
                        readonly name: string;
                        readonly revision: number;
                        readonly serving: boolean;
                        /** @enum {unknown} */
                        readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                        readonly updatedAt: string;
                        readonly version: string;
                    };
                };
            };
        };
    };
    readonly getModelVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly createdBy: string;
                        readonly deployedAt?: string;
                        readonly description?: string;
                        readonly digest: string;
                        readonly isDefault: boolean;
                        readonly labels: {
                            readonly [key: string]: string;
                        };
                        readonly name: string;
                        readonly revision: number;
                        readonly serving: boolean;
                        /** @enum {unknown} */
                        readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                        readonly updatedAt: string;
                        readonly version: string;
                    } & {
                        readonly actions: readonly {
                            readonly allow: boolean;
                            readonly reasons: readonly string[];
                            /** @enum {unknown} */
                            readonly to: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                        }[];
                        readonly artifacts: readonly {
                            readonly digest: string;
                            readonly path: string;
                            /** @enum {unknown} */
                            readonly role: "model" | "reference" | "card" | "replay" | "other";
                            readonly sizeBytes: number;
                        }[];
                        readonly evidence: readonly {
                            readonly createdAt: string;
                            readonly id: string;
                            readonly predicate: {
                                readonly [key: string]: unknown;
                            };
                            readonly predicateType: string;
                            readonly principal: string;
                            readonly reasons: readonly string[];
                            readonly signer: string;
                            readonly subjectDigest: string;
                            readonly subjectName: string;
                            readonly verified: boolean;
                        }[];
                        readonly signature?: {
                            readonly inputs: readonly {
                                readonly datatype: string;
                                readonly name: string;
                                readonly shape: readonly number[];
                            }[];
                            readonly outputs: readonly {
                                readonly datatype: string;
                                readonly name: string;
                                readonly shape: readonly number[];
                            }[];
                        };
                        readonly spec: {
                            readonly classes?: readonly string[];
                            readonly description?: string;
                            readonly features?: readonly {
                                readonly description?: string;
                                readonly index: number;
                                readonly input: string;
                                readonly name: string;
                            }[];
                            readonly labels?: {
                                readonly [key: string]: string;
                            };
                            readonly limits?: {
                                readonly minAccuracy?: number;
                                readonly minBalancedAccuracy?: number;
                            };
                            readonly reference?: {
                                readonly label: string;
                                readonly prediction: string;
                            };
                        };
                        readonly transitions: readonly {
                            readonly decisionId: string;
                            readonly from: ("registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted") | null;
                            readonly principal: string;
                            readonly reason: string;
                            readonly time: string;
                            /** @enum {unknown} */
                            readonly to: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                        }[];
                    };
                };
            };
        };
    };
    readonly approveModelVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description user:ID */
                    readonly onBehalfOf?: string;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        /** @description whether the approvals are enough now */
                        readonly met: boolean;
                        readonly missing: readonly string[];
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly getModelBom: {
        readonly parameters: {
            readonly query?: {
                readonly spec?: "1.6" | "1.7";
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly importModelBom: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        /** @description CycloneDX 1.5 to 1.7, JSON */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly [key: string]: unknown;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly ancestors: number;
                        readonly datasets: number;
                        /** @description False when the document states no digest. */
                        readonly digestMatched: boolean;
                    };
                };
            };
        };
    };
    readonly getModelGraph: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly digest: string;
                        readonly irVersion: number;
                        readonly lint: {
                            readonly findings: readonly {
                                /** @description Node, with the branches, loops and functions around it. */
                                readonly location: string;
                                readonly message: string;
                                readonly nodes: readonly string[];
                                readonly reason: string;
                                readonly rule: string;
                                /** @enum {unknown} */
                                readonly severity: "info" | "low" | "medium" | "high";
                            }[];
                            /** @description Nodes with functions, branches and loops unfolded. */
                            readonly nodes: number;
                            readonly omitted: number;
                            /** @enum {unknown} */
                            readonly verdict: "clean" | "suspicious";
                        };
                        readonly opsets: readonly {
                            readonly domain: string;
                            readonly version: number;
                        }[];
                        readonly picture: {
                            /** @description Pairs of box ids; they lead from lower to higher ids. */
                            readonly arrows: readonly (readonly number[])[];
                            readonly boxes: readonly {
                                /** @description Nodes in the box. */
                                readonly count: number;
                                readonly id: number;
                                /** @enum {unknown} */
                                readonly kind: "input" | "node" | "group" | "output";
                                readonly marks: readonly string[];
                                readonly name: string;
                                readonly operator: string;
                            }[];
                            readonly collapsed: boolean;
                            /** @description Nodes of the top level. */
                            readonly nodes: number;
                            /** @description Arrows left out. */
                            readonly omitted: number;
                        };
                        readonly producer: string;
                    };
                };
            };
        };
    };
    readonly getModelGraphDiff: {
        readonly parameters: {
            readonly query?: {
                /** @description Version of the same model. */
                readonly against?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description The version compared with. */
                        readonly against: string;
                        readonly againstDigest: string;
                        readonly diff: {
                            readonly interface: readonly {
                                readonly field: string;
                                readonly from: string;
                                readonly to: string;
                            }[];
                            readonly metadata: readonly {
                                readonly field: string;
                                readonly from: string;
                                readonly to: string;
                            }[];
                            readonly nodes: {
                                readonly added: {
                                    readonly items: readonly {
                                        readonly name: string;
                                        readonly operator: string;
                                        readonly reaches: readonly string[];
                                    }[];
                                    readonly total: number;
                                };
                                readonly changed: {
                                    readonly items: readonly {
                                        readonly from: string;
                                        readonly name: string;
                                        readonly operator: string;
                                        readonly reaches: readonly string[];
                                        readonly what: readonly ("operator" | "attributes" | "inputs" | "body")[];
                                    }[];
                                    readonly total: number;
                                };
                                readonly matched: number;
                                readonly removed: {
                                    readonly items: readonly {
                                        readonly name: string;
                                        readonly operator: string;
                                        readonly reaches: readonly string[];
                                    }[];
                                    readonly total: number;
                                };
                                readonly renamed: number;
                            };
                            readonly opsets: readonly {
                                readonly field: string;
                                readonly from: string;
                                readonly to: string;
                            }[];
                            readonly outputsReached: readonly string[];
                            readonly outputsRewired: readonly string[];
                            readonly tensors: {
                                readonly added: {
                                    readonly items: readonly {
                                        readonly dims: readonly number[];
                                        readonly elementType: number;
                                        readonly name: string;
                                        readonly reaches: readonly string[];
                                    }[];
                                    readonly total: number;
                                };
                                readonly changed: {
                                    readonly items: readonly {
                                        readonly difference?: {
                                            readonly fractionChanged: number;
                                            readonly l2: number;
                                            readonly maxAbs: number;
                                        };
                                        readonly dims: readonly number[];
                                        readonly elementType: number;
                                        readonly from: string;
                                        readonly fromDims: readonly number[];
                                        readonly fromElementType: number;
                                        readonly name: string;
                                        readonly reaches: readonly string[];
                                    }[];
                                    readonly total: number;
                                };
                                readonly removed: {
                                    readonly items: readonly {
                                        readonly dims: readonly number[];
                                        readonly elementType: number;
                                        readonly name: string;
                                        readonly reaches: readonly string[];
                                    }[];
                                    readonly total: number;
                                };
                                readonly same: number;
                            };
                            /** @enum {unknown} */
                            readonly verdict: "identical" | "metadata" | "weights" | "architecture";
                        };
                        readonly digest: string;
                        readonly picture: {
                            /** @description Pairs of box ids; they lead from lower to higher ids. */
                            readonly arrows: readonly (readonly number[])[];
                            readonly boxes: readonly {
                                /** @description Nodes in the box. */
                                readonly count: number;
                                readonly id: number;
                                /** @enum {unknown} */
                                readonly kind: "input" | "node" | "group" | "output";
                                readonly marks: readonly string[];
                                readonly name: string;
                                readonly operator: string;
                            }[];
                            readonly collapsed: boolean;
                            /** @description Nodes of the top level. */
                            readonly nodes: number;
                            /** @description Arrows left out. */
                            readonly omitted: number;
                        };
                    };
                };
            };
        };
    };
    readonly getModelProvenance: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description base64 of an in-toto statement */
                        readonly payload: string;
                        readonly payloadType: string;
                        readonly signatures: readonly {
                            readonly keyid: string;
                            readonly sig: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly rejectModelVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description user:ID */
                    readonly onBehalfOf?: string;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description the request */
                        readonly id: string;
                        /** @description whether the approvals are enough now */
                        readonly met: boolean;
                        readonly missing: readonly string[];
                        readonly name: string;
                        readonly revision: number;
                        /** @enum {unknown} */
                        readonly state: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "stale";
                    };
                };
            };
        };
    };
    readonly retractModelVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Versions made from this one, as lineage knows them */
                        readonly descendants: readonly string[];
                        readonly durationMs: number;
                        /** @description Every step is proven by its probe */
                        readonly proven: boolean;
                        readonly run: {
                            readonly approvals: readonly {
                                readonly approvedAt: string;
                                readonly approver: string;
                                readonly reason: string;
                            }[];
                            readonly approvalsNeeded: number;
                            readonly approveUntil?: string;
                            readonly blastRadius: readonly {
                                readonly entities: readonly {
                                    readonly id: string;
                                    readonly kind: string;
                                }[];
                                readonly summary: string;
                            }[];
                            /** @description Why this release waits for a person before it goes on */
                            readonly changed?: string;
                            readonly createdAt: string;
                            readonly endedAt?: string;
                            /** @description Reverts by itself then */
                            readonly expiresAt?: string;
                            readonly id: string;
                            readonly incident?: string;
                            readonly isProtected: boolean;
                            readonly name: string;
                            /** @enum {unknown} */
                            readonly onFailure: "revert" | "continue";
                            /** @description What an approval is about */
                            readonly planDigest: string;
                            readonly reason: string;
                            /** @description Version of the product that made it */
                            readonly release?: string;
                            readonly requestedBy: string;
                            readonly revertReason?: string;
                            /** @enum {unknown} */
                            readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                            readonly steps: readonly {
                                readonly action: string;
                                readonly appliedAt?: string;
                                readonly attempts: number;
                                /** @description What the probe saw, or why it failed */
                                readonly detail?: string;
                                readonly dispatchedAt?: string;
                                /** @description From its start to the end of its probe */
                                readonly durationMs?: number;
                                readonly index: number;
                                readonly parameters: {
                                    readonly [key: string]: unknown;
                                };
                                readonly probedAt?: string;
                                readonly revertedAt?: string;
                                readonly startedAt?: string;
                                /** @enum {unknown} */
                                readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                            }[];
                            readonly subject: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly updatedAt: string;
                        };
                        /** @description Other versions of these bytes: denied too */
                        readonly sameBytes: readonly string[];
                    };
                };
            };
        };
    };
    readonly submitSignature: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description the file, in base64 */
                    readonly document: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly evidenceId: string;
                        readonly isNew: boolean;
                        readonly predicateType: string;
                        readonly signer: string;
                    };
                };
            };
        };
    };
    readonly transitionModelVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                    readonly revision?: number;
                    /** @enum {unknown} */
                    readonly to: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly createdBy: string;
                        readonly deployedAt?: string;
                        readonly description?: string;
                        readonly digest: string;
                        readonly isDefault: boolean;
                        readonly labels: {
                            readonly [key: string]: string;
                        };
                        readonly name: string;
                        readonly revision: number;
                        readonly serving: boolean;
                        /** @enum {unknown} */
                        readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                        readonly updatedAt: string;
                        readonly version: string;
                    };
                };
            };
        };
    };
    readonly waiveFindings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** Format: date-time */
                    readonly expiresAt?: string;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly covers: readonly {
                            readonly digest: string;
                            readonly path: string;
                            readonly rules: readonly string[];
                        }[];
                        readonly evidenceId: string;
                    };
                };
            };
        };
    };
    readonly listNotebooks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            readonly spec: {
                                /** @description It runs on this host: the egress of its processes is cut too (root, nftables, cgroup2) */
                                readonly local?: boolean;
                                /** @description Secret: the token of the server, or of a hub service that may administer users and servers */
                                readonly tokenRef: string;
                                /** @enum {unknown} */
                                readonly type: "jupyter-server" | "jupyterhub";
                                readonly url: string;
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getNotebook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description It runs on this host: the egress of its processes is cut too (root, nftables, cgroup2) */
                            readonly local?: boolean;
                            /** @description Secret: the token of the server, or of a hub service that may administer users and servers */
                            readonly tokenRef: string;
                            /** @enum {unknown} */
                            readonly type: "jupyter-server" | "jupyterhub";
                            readonly url: string;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putNotebook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description It runs on this host: the egress of its processes is cut too (root, nftables, cgroup2) */
                    readonly local?: boolean;
                    /** @description Secret: the token of the server, or of a hub service that may administer users and servers */
                    readonly tokenRef: string;
                    /** @enum {unknown} */
                    readonly type: "jupyter-server" | "jupyterhub";
                    readonly url: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description It runs on this host: the egress of its processes is cut too (root, nftables, cgroup2) */
                            readonly local?: boolean;
                            /** @description Secret: the token of the server, or of a hub service that may administer users and servers */
                            readonly tokenRef: string;
                            /** @enum {unknown} */
                            readonly type: "jupyter-server" | "jupyterhub";
                            readonly url: string;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteNotebook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly getOverview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Of the last 24 h, newest first, at most 12. */
                        readonly changes: readonly {
                            /** @description Entry of the audit log that says so. */
                            readonly auditIndex: number;
                            readonly entity: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly principal: string;
                            readonly time: string;
                            readonly title: string;
                        }[];
                        readonly counts: {
                            readonly auditSize: number;
                            readonly inferencesPerSecond: number;
                            readonly modelsServing: number;
                            readonly openSignals: number;
                            /** @description Open, high or critical. */
                            readonly severeSignals: number;
                            readonly versions: number;
                            readonly waiting: number;
                        };
                        readonly models: readonly {
                            readonly digest: string;
                            readonly drift: {
                                /** @enum {unknown} */
                                readonly verdict: "stable" | "warning" | "drifted" | "unknown" | "absent";
                                readonly worst?: string;
                            };
                            readonly evidenceValid: boolean;
                            readonly name: string;
                            /** @description Over the last 10 s. */
                            readonly requestsPerSecond: number;
                            readonly serving: boolean;
                            /** @description Requests per 2 s, oldest first. */
                            readonly sparkline: readonly number[];
                            /** @enum {unknown} */
                            readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                            readonly version: string;
                        }[];
                        readonly ok: boolean;
                        readonly pipeline: {
                            readonly arrows: readonly {
                                readonly from: string;
                                readonly rate: number;
                                readonly to: string;
                                readonly unit: string;
                            }[];
                            readonly rooms: readonly {
                                readonly id: string;
                                readonly openSignals: number;
                                /** @description false for a room that this version does not have yet. */
                                readonly present: boolean;
                                readonly rate: number;
                                /**
                                 * @description Worst of the open signals.
                                 * @enum {unknown}
                                 */
                                readonly severity?: "info" | "low" | "medium" | "high" | "critical";
                                readonly title: string;
                                readonly unit: string;
                            }[];
                        };
                        readonly sentence: string;
                        readonly waiting: readonly {
                            /** @enum {unknown} */
                            readonly action: "approve" | "deploy" | "release";
                            readonly entity: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly title: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly listPlaybookRuns: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly createdAt: string;
                            readonly failure?: {
                                readonly reason: string;
                                readonly step: string;
                            };
                            readonly id: string;
                            readonly incident?: string;
                            readonly parent?: string;
                            /** @enum {unknown} */
                            readonly phase: "running" | "completed" | "failed";
                            readonly playbook: string;
                            readonly reason: string;
                            /** @description Version of the product that began it */
                            readonly release?: string;
                            readonly requestedBy: string;
                            readonly revision: number;
                            readonly signedBy: string;
                            readonly steps: readonly {
                                readonly endedAt?: string;
                                /** @description What a person is asked to do */
                                readonly instruction?: string;
                                readonly key: string;
                                /** @enum {unknown} */
                                readonly kind: "wait" | "manual" | "action" | "playbook";
                                readonly name: string;
                                /** @description The run, or playbook run, that does it */
                                readonly run?: string;
                                readonly startedAt: string;
                                /** @enum {unknown} */
                                readonly state: "waiting" | "succeeded" | "failed";
                                readonly step: string;
                                readonly why?: string;
                            }[];
                            readonly subject: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly updatedAt: string;
                            readonly variables: {
                                readonly [key: string]: string;
                            };
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getPlaybookRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly failure?: {
                            readonly reason: string;
                            readonly step: string;
                        };
                        readonly id: string;
                        readonly incident?: string;
                        readonly parent?: string;
                        /** @enum {unknown} */
                        readonly phase: "running" | "completed" | "failed";
                        readonly playbook: string;
                        readonly reason: string;
                        /** @description Version of the product that began it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revision: number;
                        readonly signedBy: string;
                        readonly steps: readonly {
                            readonly endedAt?: string;
                            /** @description What a person is asked to do */
                            readonly instruction?: string;
                            readonly key: string;
                            /** @enum {unknown} */
                            readonly kind: "wait" | "manual" | "action" | "playbook";
                            readonly name: string;
                            /** @description The run, or playbook run, that does it */
                            readonly run?: string;
                            readonly startedAt: string;
                            /** @enum {unknown} */
                            readonly state: "waiting" | "succeeded" | "failed";
                            readonly step: string;
                            readonly why?: string;
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                        readonly variables: {
                            readonly [key: string]: string;
                        };
                    };
                };
            };
        };
    };
    readonly answerPlaybookStep: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly key: string;
                    readonly note?: string;
                    readonly ok: boolean;
                    readonly variables?: {
                        readonly [key: string]: string;
                    };
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly failure?: {
                            readonly reason: string;
                            readonly step: string;
                        };
                        readonly id: string;
                        readonly incident?: string;
                        readonly parent?: string;
                        /** @enum {unknown} */
                        readonly phase: "running" | "completed" | "failed";
                        readonly playbook: string;
                        readonly reason: string;
                        /** @description Version of the product that began it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revision: number;
                        readonly signedBy: string;
                        readonly steps: readonly {
                            readonly endedAt?: string;
                            /** @description What a person is asked to do */
                            readonly instruction?: string;
                            readonly key: string;
                            /** @enum {unknown} */
                            readonly kind: "wait" | "manual" | "action" | "playbook";
                            readonly name: string;
                            /** @description The run, or playbook run, that does it */
                            readonly run?: string;
                            readonly startedAt: string;
                            /** @enum {unknown} */
                            readonly state: "waiting" | "succeeded" | "failed";
                            readonly step: string;
                            readonly why?: string;
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                        readonly variables: {
                            readonly [key: string]: string;
                        };
                    };
                };
            };
        };
    };
    readonly listPlaybooks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            /** @description A CACAO v2.0 playbook */
                            readonly spec: {
                                readonly [key: string]: unknown;
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getPlaybook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        /** @description A CACAO v2.0 playbook */
                        readonly spec: {
                            readonly [key: string]: unknown;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putPlaybook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        /** @description A CACAO v2.0 playbook */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly [key: string]: unknown;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        /** @description A CACAO v2.0 playbook */
                        readonly spec: {
                            readonly [key: string]: unknown;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deletePlaybook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly startPlaybook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly idempotencyKey?: string;
                    readonly incident?: string;
                    readonly reason: string;
                    readonly subject: {
                        readonly id: string;
                        readonly kind: string;
                    };
                    readonly variables?: {
                        readonly [key: string]: string;
                    };
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly failure?: {
                            readonly reason: string;
                            readonly step: string;
                        };
                        readonly id: string;
                        readonly incident?: string;
                        readonly parent?: string;
                        /** @enum {unknown} */
                        readonly phase: "running" | "completed" | "failed";
                        readonly playbook: string;
                        readonly reason: string;
                        /** @description Version of the product that began it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revision: number;
                        readonly signedBy: string;
                        readonly steps: readonly {
                            readonly endedAt?: string;
                            /** @description What a person is asked to do */
                            readonly instruction?: string;
                            readonly key: string;
                            /** @enum {unknown} */
                            readonly kind: "wait" | "manual" | "action" | "playbook";
                            readonly name: string;
                            /** @description The run, or playbook run, that does it */
                            readonly run?: string;
                            readonly startedAt: string;
                            /** @enum {unknown} */
                            readonly state: "waiting" | "succeeded" | "failed";
                            readonly step: string;
                            readonly why?: string;
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                        readonly variables: {
                            readonly [key: string]: string;
                        };
                    };
                };
            };
        };
    };
    readonly listPolicies: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly author: string;
                            readonly createdAt: string;
                            readonly differsFromShipped: boolean;
                            readonly digest: string;
                            readonly message: string;
                            readonly newestVersion: number;
                            readonly origin: "shipped" | "edited" | "rollback";
                            readonly pack: string;
                            readonly shippedDigest: string;
                            readonly testsPassed: number;
                            readonly version: number;
                        }[];
                    };
                };
            };
        };
    };
    readonly getPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly author: string;
                        readonly createdAt: string;
                        readonly differsFromShipped: boolean;
                        readonly digest: string;
                        /** @description File name to text: *.rego, *_test.rego, data.json */
                        readonly files: {
                            readonly [key: string]: string;
                        };
                        readonly inputPaths: readonly string[] | "all";
                        readonly message: string;
                        readonly newestVersion: number;
                        readonly origin: "shipped" | "edited" | "rollback";
                        readonly pack: string;
                        readonly shippedDigest: string;
                        readonly testsPassed: number;
                        readonly version: number;
                        readonly volatile: boolean;
                    };
                };
            };
        };
    };
    readonly putPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description File name to text: *.rego, *_test.rego, data.json */
                    readonly files: {
                        readonly [key: string]: string;
                    };
                    readonly message?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly author: string;
                        readonly createdAt: string;
                        readonly digest: string;
                        /** @description File name to text: *.rego, *_test.rego, data.json */
                        readonly files: {
                            readonly [key: string]: string;
                        };
                        readonly message: string;
                        readonly origin: "shipped" | "edited" | "rollback";
                        readonly pack: string;
                        readonly testsPassed: number;
                        readonly version: number;
                    };
                };
            };
        };
    };
    readonly checkPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description File name to text: *.rego, *_test.rego, data.json */
                    readonly files: {
                        readonly [key: string]: string;
                    };
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly faults: readonly {
                            readonly column: number;
                            readonly file: string;
                            readonly line: number;
                            readonly message: string;
                        }[];
                        readonly ok: boolean;
                        readonly tests: readonly {
                            readonly message?: string;
                            readonly micros: number;
                            readonly name: string;
                            readonly passed: boolean;
                        }[];
                    };
                };
            };
        };
    };
    readonly listPolicyVersions: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly author: string;
                            readonly createdAt: string;
                            readonly digest: string;
                            readonly message: string;
                            readonly origin: "shipped" | "edited" | "rollback";
                            readonly pack: string;
                            readonly testsPassed: number;
                            readonly version: number;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getPolicyVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
                readonly version: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly author: string;
                        readonly createdAt: string;
                        readonly digest: string;
                        /** @description File name to text: *.rego, *_test.rego, data.json */
                        readonly files: {
                            readonly [key: string]: string;
                        };
                        readonly message: string;
                        readonly origin: "shipped" | "edited" | "rollback";
                        readonly pack: string;
                        readonly testsPassed: number;
                        readonly version: number;
                    };
                };
            };
        };
    };
    readonly rollbackPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly version: number;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly author: string;
                        readonly createdAt: string;
                        readonly digest: string;
                        /** @description File name to text: *.rego, *_test.rego, data.json */
                        readonly files: {
                            readonly [key: string]: string;
                        };
                        readonly message: string;
                        readonly origin: "shipped" | "edited" | "rollback";
                        readonly pack: string;
                        readonly testsPassed: number;
                        readonly version: number;
                    };
                };
            };
        };
    };
    readonly tryPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly pack: "authz" | "promotion" | "inference" | "verdict" | "approval" | "response";
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly input: unknown;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly allow: boolean;
                        readonly evaluationMicros: number;
                        readonly obligations: {
                            readonly [key: string]: unknown;
                        };
                        readonly reasons: readonly string[];
                        readonly version: number;
                    };
                };
            };
        };
    };
    readonly listProtectedEntities: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            readonly spec: {
                                /** @description Its name; a name that ends in * stands for everything that begins so */
                                readonly id: string;
                                /** @description host, route, model-version, caller … */
                                readonly kind: string;
                                readonly reason?: string;
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getProtectedEntity: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description Its name; a name that ends in * stands for everything that begins so */
                            readonly id: string;
                            /** @description host, route, model-version, caller … */
                            readonly kind: string;
                            readonly reason?: string;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putProtectedEntity: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description Its name; a name that ends in * stands for everything that begins so */
                    readonly id: string;
                    /** @description host, route, model-version, caller … */
                    readonly kind: string;
                    readonly reason?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            /** @description Its name; a name that ends in * stands for everything that begins so */
                            readonly id: string;
                            /** @description host, route, model-version, caller … */
                            readonly kind: string;
                            readonly reason?: string;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteProtectedEntity: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listRegistries: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            readonly spec: {
                                readonly auth?: {
                                    /** @enum {unknown} */
                                    readonly kind: "none" | "basic" | "bearer" | "aws" | "azure";
                                    readonly parameters?: {
                                        readonly [key: string]: string;
                                    };
                                    readonly secretRef?: string;
                                    readonly username?: string;
                                };
                                readonly include?: readonly string[];
                                readonly parameters?: {
                                    readonly [key: string]: string;
                                };
                                readonly poll?: string;
                                /** @enum {unknown} */
                                readonly type: "mlflow" | "azureml" | "oci" | "s3" | "folder";
                                readonly url: string;
                                readonly webhookSecretRef?: string;
                                readonly writeBack?: boolean;
                            };
                            readonly status: {
                                readonly bytesDownloaded: number;
                                readonly consecutiveFailures: number;
                                readonly downloads: number;
                                readonly lastError?: {
                                    /** Format: date-time */
                                    readonly at: string;
                                    readonly code: string;
                                    readonly message: string;
                                };
                                /** @description Of the last complete walk */
                                readonly lastSync?: {
                                    readonly requests: number;
                                    readonly versions: number;
                                };
                                /** Format: date-time */
                                readonly lastSyncEndedAt?: string;
                                /** Format: date-time */
                                readonly lastSyncStartedAt?: string;
                                /** Format: date-time */
                                readonly nextSyncAt?: string;
                                /** @description Since the registry was created */
                                readonly requests: number;
                                /** @enum {unknown} */
                                readonly state: "new" | "ok" | "syncing" | "failing" | "paused";
                                readonly versions: {
                                    readonly deleted: number;
                                    readonly pending: number;
                                    readonly refused: number;
                                    readonly registered: number;
                                    readonly seen: number;
                                };
                                /** @description Tags and aliases of ours that somebody else set; each is a signal too. */
                                readonly writeBackConflicts: number;
                            };
                            /** Format: date-time */
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getRegistry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            readonly auth?: {
                                /** @enum {unknown} */
                                readonly kind: "none" | "basic" | "bearer" | "aws" | "azure";
                                readonly parameters?: {
                                    readonly [key: string]: string;
                                };
                                readonly secretRef?: string;
                                readonly username?: string;
                            };
                            readonly include?: readonly string[];
                            readonly parameters?: {
                                readonly [key: string]: string;
                            };
                            readonly poll?: string;
                            /** @enum {unknown} */
                            readonly type: "mlflow" | "azureml" | "oci" | "s3" | "folder";
                            readonly url: string;
                            readonly webhookSecretRef?: string;
                            readonly writeBack?: boolean;
                        };
                        readonly status: {
                            readonly bytesDownloaded: number;
                            readonly consecutiveFailures: number;
                            readonly downloads: number;
                            readonly lastError?: {
                                /** Format: date-time */
                                readonly at: string;
                                readonly code: string;
                                readonly message: string;
                            };
                            /** @description Of the last complete walk */
                            readonly lastSync?: {
                                readonly requests: number;
                                readonly versions: number;
                            };
                            /** Format: date-time */
                            readonly lastSyncEndedAt?: string;
                            /** Format: date-time */
                            readonly lastSyncStartedAt?: string;
                            /** Format: date-time */
                            readonly nextSyncAt?: string;
                            /** @description Since the registry was created */
                            readonly requests: number;
                            /** @enum {unknown} */
                            readonly state: "new" | "ok" | "syncing" | "failing" | "paused";
                            readonly versions: {
                                readonly deleted: number;
                                readonly pending: number;
                                readonly refused: number;
                                readonly registered: number;
                                readonly seen: number;
                            };
                            /** @description Tags and aliases of ours that somebody else set; each is a signal too. */
                            readonly writeBackConflicts: number;
                        };
                        /** Format: date-time */
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putRegistry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly auth?: {
                        /** @enum {unknown} */
                        readonly kind: "none" | "basic" | "bearer" | "aws" | "azure";
                        readonly parameters?: {
                            readonly [key: string]: string;
                        };
                        readonly secretRef?: string;
                        readonly username?: string;
                    };
                    readonly include?: readonly string[];
                    readonly parameters?: {
                        readonly [key: string]: string;
                    };
                    readonly poll?: string;
                    /** @enum {unknown} */
                    readonly type: "mlflow" | "azureml" | "oci" | "s3" | "folder";
                    readonly url: string;
                    readonly webhookSecretRef?: string;
                    readonly writeBack?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            readonly auth?: {
                                /** @enum {unknown} */
                                readonly kind: "none" | "basic" | "bearer" | "aws" | "azure";
                                readonly parameters?: {
                                    readonly [key: string]: string;
                                };
                                readonly secretRef?: string;
                                readonly username?: string;
                            };
                            readonly include?: readonly string[];
                            readonly parameters?: {
                                readonly [key: string]: string;
                            };
                            readonly poll?: string;
                            /** @enum {unknown} */
                            readonly type: "mlflow" | "azureml" | "oci" | "s3" | "folder";
                            readonly url: string;
                            readonly webhookSecretRef?: string;
                            readonly writeBack?: boolean;
                        };
                        /** Format: date-time */
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteRegistry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly sendRegistryNotice: {
        readonly parameters: {
            readonly query?: {
                readonly tenant?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description False when it came before. */
                        readonly accepted: boolean;
                    };
                };
            };
        };
    };
    readonly syncRegistry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            readonly auth?: {
                                /** @enum {unknown} */
                                readonly kind: "none" | "basic" | "bearer" | "aws" | "azure";
                                readonly parameters?: {
                                    readonly [key: string]: string;
                                };
                                readonly secretRef?: string;
                                readonly username?: string;
                            };
                            readonly include?: readonly string[];
                            readonly parameters?: {
                                readonly [key: string]: string;
                            };
                            readonly poll?: string;
                            /** @enum {unknown} */
                            readonly type: "mlflow" | "azureml" | "oci" | "s3" | "folder";
                            readonly url: string;
                            readonly webhookSecretRef?: string;
                            readonly writeBack?: boolean;
                        };
                        readonly status: {
                            readonly bytesDownloaded: number;
                            readonly consecutiveFailures: number;
                            readonly downloads: number;
                            readonly lastError?: {
                                /** Format: date-time */
                                readonly at: string;
                                readonly code: string;
                                readonly message: string;
                            };
                            /** @description Of the last complete walk */
                            readonly lastSync?: {
                                readonly requests: number;
                                readonly versions: number;
                            };
                            /** Format: date-time */
                            readonly lastSyncEndedAt?: string;
                            /** Format: date-time */
                            readonly lastSyncStartedAt?: string;
                            /** Format: date-time */
                            readonly nextSyncAt?: string;
                            /** @description Since the registry was created */
                            readonly requests: number;
                            /** @enum {unknown} */
                            readonly state: "new" | "ok" | "syncing" | "failing" | "paused";
                            readonly versions: {
                                readonly deleted: number;
                                readonly pending: number;
                                readonly refused: number;
                                readonly registered: number;
                                readonly seen: number;
                            };
                            /** @description Tags and aliases of ours that somebody else set; each is a signal too. */
                            readonly writeBackConflicts: number;
                        };
                        /** Format: date-time */
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly listRegistryVersions: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly digest?: string;
                readonly limit?: number;
                readonly model?: string;
                readonly state?: "pending" | "downloading" | "registered" | "refused";
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly aliases: readonly string[];
                            readonly author?: string;
                            /** Format: date-time */
                            readonly deletedAt?: string;
                            readonly description?: string;
                            /** @description What was registered */
                            readonly digest?: string;
                            /** Format: date-time */
                            readonly firstSeenAt: string;
                            readonly lineage?: unknown;
                            /** @description The registry's own name */
                            readonly model: string;
                            /** @description What the registry gives now */
                            readonly observedDigest?: string;
                            readonly reason?: {
                                readonly code: string;
                                readonly message: string;
                            };
                            /** @description NAME:VERSION here */
                            readonly ref?: string;
                            readonly registry: string;
                            readonly revision: string;
                            readonly source: string;
                            readonly stage?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "downloading" | "registered" | "refused";
                            readonly tags: {
                                readonly [key: string]: string;
                            };
                            /** Format: date-time */
                            readonly updatedAt: string;
                            readonly version: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly listRegistryWatch: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description Name of a model here */
                readonly name?: string;
                readonly registry?: string;
                readonly state?: "match" | "other-served" | "not-served" | "unapproved" | "bytes-changed" | "source-changed" | "deleted" | "unknown";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly alias?: string;
                            readonly approved: readonly {
                                readonly digest: string;
                                readonly name: string;
                                readonly version: string;
                            }[];
                            readonly digest?: string;
                            /** @description In the names of the registry */
                            readonly model: string;
                            /** @description Name of the model here */
                            readonly name?: string;
                            readonly observedDigest?: string;
                            readonly reasons: readonly string[];
                            /** @description NAME:VERSION here, once registered */
                            readonly ref?: string;
                            readonly registry: string;
                            readonly served: readonly {
                                readonly digest: string;
                                readonly name: string;
                                readonly route: string;
                                readonly version: string;
                                /** @description `control-plane` or the id of a gateway */
                                readonly where: string;
                            }[];
                            /** @description Keys of open signals */
                            readonly signals: readonly string[];
                            /** Format: date-time */
                            readonly since: string;
                            /** @enum {unknown} */
                            readonly state: "match" | "other-served" | "not-served" | "unapproved" | "bytes-changed" | "source-changed" | "deleted" | "unknown";
                            /** @description What the registry says */
                            readonly version: string;
                        }[];
                        /** @description Rows that fit the query, shown or not */
                        readonly total: number;
                    };
                };
            };
        };
    };
    readonly listResponseActions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly isReversible: boolean;
                            readonly name: string;
                            /** @description JSON Schema */
                            readonly parameters: unknown;
                            readonly permission: string;
                            readonly title: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getKillSwitch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly at?: string;
                        readonly by?: string;
                        readonly on: boolean;
                        readonly reason?: string;
                    };
                };
            };
        };
    };
    readonly setKillSwitch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly on: boolean;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly at?: string;
                        readonly by?: string;
                        readonly on: boolean;
                        readonly reason?: string;
                    };
                };
            };
        };
    };
    readonly listResponseRuns: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly incident?: string;
                readonly limit?: number;
                readonly state?: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly approvals: readonly {
                                readonly approvedAt: string;
                                readonly approver: string;
                                readonly reason: string;
                            }[];
                            readonly approvalsNeeded: number;
                            readonly approveUntil?: string;
                            readonly blastRadius: readonly {
                                readonly entities: readonly {
                                    readonly id: string;
                                    readonly kind: string;
                                }[];
                                readonly summary: string;
                            }[];
                            /** @description Why this release waits for a person before it goes on */
                            readonly changed?: string;
                            readonly createdAt: string;
                            readonly endedAt?: string;
                            /** @description Reverts by itself then */
                            readonly expiresAt?: string;
                            readonly id: string;
                            readonly incident?: string;
                            readonly isProtected: boolean;
                            readonly name: string;
                            /** @enum {unknown} */
                            readonly onFailure: "revert" | "continue";
                            /** @description What an approval is about */
                            readonly planDigest: string;
                            readonly reason: string;
                            /** @description Version of the product that made it */
                            readonly release?: string;
                            readonly requestedBy: string;
                            readonly revertReason?: string;
                            /** @enum {unknown} */
                            readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                            readonly steps: readonly {
                                readonly action: string;
                                readonly appliedAt?: string;
                                readonly attempts: number;
                                /** @description What the probe saw, or why it failed */
                                readonly detail?: string;
                                readonly dispatchedAt?: string;
                                /** @description From its start to the end of its probe */
                                readonly durationMs?: number;
                                readonly index: number;
                                readonly parameters: {
                                    readonly [key: string]: unknown;
                                };
                                readonly probedAt?: string;
                                readonly revertedAt?: string;
                                readonly startedAt?: string;
                                /** @enum {unknown} */
                                readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                            }[];
                            readonly subject: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly updatedAt: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly startResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly approvals?: number;
                    readonly approvalSeconds?: number;
                    readonly concurrencyKey?: string;
                    readonly idempotencyKey?: string;
                    readonly isProtected?: boolean;
                    readonly name: string;
                    /** @enum {unknown} */
                    readonly onFailure?: "revert" | "continue";
                    readonly reason: string;
                    readonly steps: readonly {
                        readonly action: string;
                        readonly parameters: {
                            readonly [key: string]: unknown;
                        };
                    }[];
                    readonly subject: {
                        readonly id: string;
                        readonly kind: string;
                    };
                    readonly ttlSeconds?: number;
                    /** @description Answer when the run needs nothing more; 0 */
                    readonly waitSeconds?: number;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly getResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly approveResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly planDigest: string;
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly declineResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly resolveResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly note: string;
                    readonly tookEffect: boolean;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly resumeResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly revertResponseRun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly approvals: readonly {
                            readonly approvedAt: string;
                            readonly approver: string;
                            readonly reason: string;
                        }[];
                        readonly approvalsNeeded: number;
                        readonly approveUntil?: string;
                        readonly blastRadius: readonly {
                            readonly entities: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            readonly summary: string;
                        }[];
                        /** @description Why this release waits for a person before it goes on */
                        readonly changed?: string;
                        readonly createdAt: string;
                        readonly endedAt?: string;
                        /** @description Reverts by itself then */
                        readonly expiresAt?: string;
                        readonly id: string;
                        readonly incident?: string;
                        readonly isProtected: boolean;
                        readonly name: string;
                        /** @enum {unknown} */
                        readonly onFailure: "revert" | "continue";
                        /** @description What an approval is about */
                        readonly planDigest: string;
                        readonly reason: string;
                        /** @description Version of the product that made it */
                        readonly release?: string;
                        readonly requestedBy: string;
                        readonly revertReason?: string;
                        /** @enum {unknown} */
                        readonly state: "waiting" | "running" | "contained" | "incomplete" | "halted" | "ambiguous" | "reverting" | "reverted" | "revert-incomplete" | "failed" | "refused";
                        readonly steps: readonly {
                            readonly action: string;
                            readonly appliedAt?: string;
                            readonly attempts: number;
                            /** @description What the probe saw, or why it failed */
                            readonly detail?: string;
                            readonly dispatchedAt?: string;
                            /** @description From its start to the end of its probe */
                            readonly durationMs?: number;
                            readonly index: number;
                            readonly parameters: {
                                readonly [key: string]: unknown;
                            };
                            readonly probedAt?: string;
                            readonly revertedAt?: string;
                            readonly startedAt?: string;
                            /** @enum {unknown} */
                            readonly state: "pending" | "dispatched" | "applied" | "probed" | "unproven" | "failed" | "ambiguous" | "undo-dispatched" | "undo-applied" | "reverted" | "undo-failed" | "kept";
                        }[];
                        readonly subject: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly updatedAt: string;
                    };
                };
            };
        };
    };
    readonly listRoutes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** @description Where the canary is; absent before its first step was judged. */
                            readonly canary?: {
                                readonly key: string;
                                /** @enum {unknown} */
                                readonly phase: "running" | "promoted" | "rolled-back";
                                readonly reason?: string;
                                readonly since: string;
                                /** @description Index of the step in force. */
                                readonly step: number;
                            };
                            /** @description Of the first backend. */
                            readonly model: string;
                            readonly name: string;
                            readonly payloadSchema?: {
                                readonly [key: string]: unknown;
                            };
                            readonly revision: number;
                            readonly spec: {
                                readonly backends: readonly {
                                    /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                    readonly alias?: string;
                                    /** @description Name of a Backend that runs this version elsewhere; inside this process when absent */
                                    readonly backend?: string;
                                    readonly model: string;
                                    readonly version?: string;
                                    /** @description 1; 0 only stands in */
                                    readonly weight?: number;
                                }[];
                                readonly canary?: {
                                    /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                    readonly alias?: string;
                                    /** @description Shortest time of a step; 60000 */
                                    readonly intervalMs?: number;
                                    /** @description Error rate above that of the others; 0.01 */
                                    readonly maxErrorRateIncrease?: number;
                                    /** @description Total variation distance of label shares; not judged when absent */
                                    readonly maxLabelShift?: number;
                                    /** @description p95 over that of the others; 2 (differences below 5 ms never fail) */
                                    readonly maxLatencyRatio?: number;
                                    /** @description Difference of mean scores; not judged when absent */
                                    readonly maxScoreShift?: number;
                                    /** @description Answers of the candidate before a step is judged; 100 */
                                    readonly minRequests?: number;
                                    readonly model: string;
                                    /** @description Percent of the calls, ascending; after the last step holds, the candidate takes all */
                                    readonly steps: readonly number[];
                                    readonly version?: string;
                                };
                                readonly fallback?: {
                                    /** @description Of every attempt but the last */
                                    readonly timeoutMs?: number;
                                };
                                /** @description What the inference log keeps of the calls */
                                readonly log?: {
                                    /** @description Longest payload kept, in characters of JSON; longer ones are recorded by digest; 16384 */
                                    readonly maxBytes?: number;
                                    /**
                                     * @description What a record keeps of the payload: its SHA-256, the whole of a share of the calls, or of every call; digest
                                     * @enum {unknown}
                                     */
                                    readonly mode?: "digest" | "sampled" | "full";
                                    /** @description Inputs or features whose values are left out */
                                    readonly redact?: readonly string[];
                                    /** @description Of the route's records; the tenant's when absent */
                                    readonly retentionDays?: number;
                                    /** @description Share of the calls in mode `sampled`; 0.01 */
                                    readonly sampleRate?: number;
                                };
                                readonly match?: {
                                    /** @description `kind:id`; a trailing `*` stands for any rest */
                                    readonly callers?: readonly string[];
                                    readonly headers?: {
                                        readonly [key: string]: string;
                                    };
                                    /** @description Name in the URL; the route's own when absent */
                                    readonly path?: string;
                                    readonly tenants?: readonly string[];
                                };
                                readonly payloadSchema?: {
                                    readonly [key: string]: unknown;
                                };
                                readonly postprocess?: {
                                    readonly hide?: readonly string[];
                                    /** @description Decimals of scores */
                                    readonly round?: number;
                                    readonly stripHeaders?: boolean;
                                };
                                readonly shadow?: {
                                    /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                    readonly alias?: string;
                                    readonly model: string;
                                    readonly sampleRate?: number;
                                    readonly tolerance?: number;
                                    readonly version?: string;
                                };
                                readonly sticky?: {
                                    /** @enum {boolean} */
                                    readonly caller: true;
                                } | {
                                    readonly header: string;
                                };
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                            readonly versions: readonly {
                                readonly digest: string;
                                readonly isDefault: boolean;
                                readonly version: string;
                            }[];
                        }[];
                    };
                };
            };
        };
    };
    readonly getRoute: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Where the canary is; absent before its first step was judged. */
                        readonly canary?: {
                            readonly key: string;
                            /** @enum {unknown} */
                            readonly phase: "running" | "promoted" | "rolled-back";
                            readonly reason?: string;
                            readonly since: string;
                            /** @description Index of the step in force. */
                            readonly step: number;
                        };
                        /** @description Of the first backend. */
                        readonly model: string;
                        readonly name: string;
                        readonly payloadSchema?: {
                            readonly [key: string]: unknown;
                        };
                        readonly revision: number;
                        readonly spec: {
                            readonly backends: readonly {
                                /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                readonly alias?: string;
                                /** @description Name of a Backend that runs this version elsewhere; inside this process when absent */
                                readonly backend?: string;
                                readonly model: string;
                                readonly version?: string;
                                /** @description 1; 0 only stands in */
                                readonly weight?: number;
                            }[];
                            readonly canary?: {
                                /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                readonly alias?: string;
                                /** @description Shortest time of a step; 60000 */
                                readonly intervalMs?: number;
                                /** @description Error rate above that of the others; 0.01 */
                                readonly maxErrorRateIncrease?: number;
                                /** @description Total variation distance of label shares; not judged when absent */
                                readonly maxLabelShift?: number;
                                /** @description p95 over that of the others; 2 (differences below 5 ms never fail) */
                                readonly maxLatencyRatio?: number;
                                /** @description Difference of mean scores; not judged when absent */
                                readonly maxScoreShift?: number;
                                /** @description Answers of the candidate before a step is judged; 100 */
                                readonly minRequests?: number;
                                readonly model: string;
                                /** @description Percent of the calls, ascending; after the last step holds, the candidate takes all */
                                readonly steps: readonly number[];
                                readonly version?: string;
                            };
                            readonly fallback?: {
                                /** @description Of every attempt but the last */
                                readonly timeoutMs?: number;
                            };
                            /** @description What the inference log keeps of the calls */
                            readonly log?: {
                                /** @description Longest payload kept, in characters of JSON; longer ones are recorded by digest; 16384 */
                                readonly maxBytes?: number;
                                /**
                                 * @description What a record keeps of the payload: its SHA-256, the whole of a share of the calls, or of every call; digest
                                 * @enum {unknown}
                                 */
                                readonly mode?: "digest" | "sampled" | "full";
                                /** @description Inputs or features whose values are left out */
                                readonly redact?: readonly string[];
                                /** @description Of the route's records; the tenant's when absent */
                                readonly retentionDays?: number;
                                /** @description Share of the calls in mode `sampled`; 0.01 */
                                readonly sampleRate?: number;
                            };
                            readonly match?: {
                                /** @description `kind:id`; a trailing `*` stands for any rest */
                                readonly callers?: readonly string[];
                                readonly headers?: {
                                    readonly [key: string]: string;
                                };
                                /** @description Name in the URL; the route's own when absent */
                                readonly path?: string;
                                readonly tenants?: readonly string[];
                            };
                            readonly payloadSchema?: {
                                readonly [key: string]: unknown;
                            };
                            readonly postprocess?: {
                                readonly hide?: readonly string[];
                                /** @description Decimals of scores */
                                readonly round?: number;
                                readonly stripHeaders?: boolean;
                            };
                            readonly shadow?: {
                                /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                readonly alias?: string;
                                readonly model: string;
                                readonly sampleRate?: number;
                                readonly tolerance?: number;
                                readonly version?: string;
                            };
                            readonly sticky?: {
                                /** @enum {boolean} */
                                readonly caller: true;
                            } | {
                                readonly header: string;
                            };
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                        readonly versions: readonly {
                            readonly digest: string;
                            readonly isDefault: boolean;
                            readonly version: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly putRoute: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly backends: readonly {
                        /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                        readonly alias?: string;
                        /** @description Name of a Backend that runs this version elsewhere; inside this process when absent */
                        readonly backend?: string;
                        readonly model: string;
                        readonly version?: string;
                        /** @description 1; 0 only stands in */
                        readonly weight?: number;
                    }[];
                    readonly canary?: {
                        /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                        readonly alias?: string;
                        /** @description Shortest time of a step; 60000 */
                        readonly intervalMs?: number;
                        /** @description Error rate above that of the others; 0.01 */
                        readonly maxErrorRateIncrease?: number;
                        /** @description Total variation distance of label shares; not judged when absent */
                        readonly maxLabelShift?: number;
                        /** @description p95 over that of the others; 2 (differences below 5 ms never fail) */
                        readonly maxLatencyRatio?: number;
                        /** @description Difference of mean scores; not judged when absent */
                        readonly maxScoreShift?: number;
                        /** @description Answers of the candidate before a step is judged; 100 */
                        readonly minRequests?: number;
                        readonly model: string;
                        /** @description Percent of the calls, ascending; after the last step holds, the candidate takes all */
                        readonly steps: readonly number[];
                        readonly version?: string;
                    };
                    readonly fallback?: {
                        /** @description Of every attempt but the last */
                        readonly timeoutMs?: number;
                    };
                    /** @description What the inference log keeps of the calls */
                    readonly log?: {
                        /** @description Longest payload kept, in characters of JSON; longer ones are recorded by digest; 16384 */
                        readonly maxBytes?: number;
                        /**
                         * @description What a record keeps of the payload: its SHA-256, the whole of a share of the calls, or of every call; digest
                         * @enum {unknown}
                         */
                        readonly mode?: "digest" | "sampled" | "full";
                        /** @description Inputs or features whose values are left out */
                        readonly redact?: readonly string[];
                        /** @description Of the route's records; the tenant's when absent */
                        readonly retentionDays?: number;
                        /** @description Share of the calls in mode `sampled`; 0.01 */
                        readonly sampleRate?: number;
                    };
                    readonly match?: {
                        /** @description `kind:id`; a trailing `*` stands for any rest */
                        readonly callers?: readonly string[];
                        readonly headers?: {
                            readonly [key: string]: string;
                        };
                        /** @description Name in the URL; the route's own when absent */
                        readonly path?: string;
                        readonly tenants?: readonly string[];
                    };
                    readonly payloadSchema?: {
                        readonly [key: string]: unknown;
                    };
                    readonly postprocess?: {
                        readonly hide?: readonly string[];
                        /** @description Decimals of scores */
                        readonly round?: number;
                        readonly stripHeaders?: boolean;
                    };
                    readonly shadow?: {
                        /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                        readonly alias?: string;
                        readonly model: string;
                        readonly sampleRate?: number;
                        readonly tolerance?: number;
                        readonly version?: string;
                    };
                    readonly sticky?: {
                        /** @enum {boolean} */
                        readonly caller: true;
                    } | {
                        readonly header: string;
                    };
                } | {
                    readonly model: string;
                    readonly payloadSchema?: {
                        readonly [key: string]: unknown;
                    };
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Where the canary is; absent before its first step was judged. */
                        readonly canary?: {
                            readonly key: string;
                            /** @enum {unknown} */
                            readonly phase: "running" | "promoted" | "rolled-back";
                            readonly reason?: string;
                            readonly since: string;
                            /** @description Index of the step in force. */
                            readonly step: number;
                        };
                        /** @description Of the first backend. */
                        readonly model: string;
                        readonly name: string;
                        readonly payloadSchema?: {
                            readonly [key: string]: unknown;
                        };
                        readonly revision: number;
                        readonly spec: {
                            readonly backends: readonly {
                                /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                readonly alias?: string;
                                /** @description Name of a Backend that runs this version elsewhere; inside this process when absent */
                                readonly backend?: string;
                                readonly model: string;
                                readonly version?: string;
                                /** @description 1; 0 only stands in */
                                readonly weight?: number;
                            }[];
                            readonly canary?: {
                                /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                readonly alias?: string;
                                /** @description Shortest time of a step; 60000 */
                                readonly intervalMs?: number;
                                /** @description Error rate above that of the others; 0.01 */
                                readonly maxErrorRateIncrease?: number;
                                /** @description Total variation distance of label shares; not judged when absent */
                                readonly maxLabelShift?: number;
                                /** @description p95 over that of the others; 2 (differences below 5 ms never fail) */
                                readonly maxLatencyRatio?: number;
                                /** @description Difference of mean scores; not judged when absent */
                                readonly maxScoreShift?: number;
                                /** @description Answers of the candidate before a step is judged; 100 */
                                readonly minRequests?: number;
                                readonly model: string;
                                /** @description Percent of the calls, ascending; after the last step holds, the candidate takes all */
                                readonly steps: readonly number[];
                                readonly version?: string;
                            };
                            readonly fallback?: {
                                /** @description Of every attempt but the last */
                                readonly timeoutMs?: number;
                            };
                            /** @description What the inference log keeps of the calls */
                            readonly log?: {
                                /** @description Longest payload kept, in characters of JSON; longer ones are recorded by digest; 16384 */
                                readonly maxBytes?: number;
                                /**
                                 * @description What a record keeps of the payload: its SHA-256, the whole of a share of the calls, or of every call; digest
                                 * @enum {unknown}
                                 */
                                readonly mode?: "digest" | "sampled" | "full";
                                /** @description Inputs or features whose values are left out */
                                readonly redact?: readonly string[];
                                /** @description Of the route's records; the tenant's when absent */
                                readonly retentionDays?: number;
                                /** @description Share of the calls in mode `sampled`; 0.01 */
                                readonly sampleRate?: number;
                            };
                            readonly match?: {
                                /** @description `kind:id`; a trailing `*` stands for any rest */
                                readonly callers?: readonly string[];
                                readonly headers?: {
                                    readonly [key: string]: string;
                                };
                                /** @description Name in the URL; the route's own when absent */
                                readonly path?: string;
                                readonly tenants?: readonly string[];
                            };
                            readonly payloadSchema?: {
                                readonly [key: string]: unknown;
                            };
                            readonly postprocess?: {
                                readonly hide?: readonly string[];
                                /** @description Decimals of scores */
                                readonly round?: number;
                                readonly stripHeaders?: boolean;
                            };
                            readonly shadow?: {
                                /** @description `latest` (deployed last), `previous` (before that), or the value of the label `alias` of a version */
                                readonly alias?: string;
                                readonly model: string;
                                readonly sampleRate?: number;
                                readonly tolerance?: number;
                                readonly version?: string;
                            };
                            readonly sticky?: {
                                /** @enum {boolean} */
                                readonly caller: true;
                            } | {
                                readonly header: string;
                            };
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteRoute: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly moveRouteCanary: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly action: "promote" | "roll-back";
                    readonly reason?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly phase: string;
                        readonly revision: number;
                    };
                };
            };
        };
    };
    readonly getRoutePlan: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly backends: readonly {
                            readonly backend?: string;
                            readonly endpoints?: readonly {
                                /** @enum {unknown} */
                                readonly state: "up" | "not-ready" | "unverified" | "ejected";
                                readonly url: string;
                            }[];
                            readonly model: string;
                            /** @description Of the calls, 0 to 1, among the versions that can answer. */
                            readonly share: number;
                            readonly version: string;
                        }[];
                        readonly shadow?: {
                            readonly compared: number;
                            /** @description Copies not sent because the shadow had not kept up. */
                            readonly dropped: number;
                            readonly equal: number;
                            /** @description Answers that differed, newest first; no payloads. */
                            readonly examples: readonly {
                                readonly largest?: number;
                                readonly primary: {
                                    readonly label?: string;
                                    readonly score?: number;
                                    readonly version: string;
                                };
                                readonly requestId?: string;
                                readonly rows: number;
                                readonly shadow: {
                                    readonly label?: string;
                                    readonly score?: number;
                                    readonly version: string;
                                };
                                readonly time: string;
                            }[];
                            readonly failed: number;
                            readonly floatsDiffer: number;
                            readonly labelsDiffer: number;
                            /** @description Largest distance between two floats. */
                            readonly largest: number;
                            readonly model: string;
                            readonly sent: number;
                            readonly version: string;
                        };
                    };
                };
            };
        };
    };
    readonly getRouteStats: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly versions: readonly {
                            /** @description Where it runs, when elsewhere. */
                            readonly backend?: string;
                            /** @description Gets copies only. */
                            readonly isShadow?: boolean;
                            readonly model: string;
                            readonly outcomes: {
                                readonly denied: number;
                                readonly failed: number;
                                readonly invalid: number;
                                readonly late: number;
                                readonly ok: number;
                                readonly shed: number;
                            };
                            readonly predictions: {
                                readonly [key: string]: number;
                            };
                            /** @description Since the version began to serve here. */
                            readonly requests: number;
                            readonly rows: number;
                            /** @description One element per step, oldest first. */
                            readonly series: {
                                readonly denied: readonly number[];
                                readonly errors: readonly number[];
                                /** @description ms; 0 where nothing was answered. */
                                readonly p50Ms: readonly number[];
                                /** @description ms; 0 where nothing was answered. */
                                readonly p99Ms: readonly number[];
                                readonly requests: readonly number[];
                                readonly shed: readonly number[];
                                readonly time: readonly string[];
                            };
                            readonly stepMs: number;
                            readonly version: string;
                            readonly windowMs: number;
                        }[];
                    };
                };
            };
        };
    };
    readonly listServiceAccounts: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly createdAt: string;
                            readonly createdBy: string;
                            readonly description: string;
                            readonly id: string;
                            readonly roles: readonly string[];
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly createServiceAccount: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly description?: string;
                    readonly id: string;
                    readonly roles: readonly ("viewer" | "operator" | "approver" | "admin" | "gateway")[];
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly createdAt: string;
                        readonly createdBy: string;
                        readonly description: string;
                        readonly id: string;
                        readonly roles: readonly string[];
                    };
                };
            };
        };
    };
    readonly deleteServiceAccount: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly getSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description API actions that the policy refuses this caller, and why; empty where it depends on the entity */
                        readonly denied: readonly {
                            readonly action: string;
                            readonly reasons: readonly string[];
                        }[];
                        readonly mode: string;
                        readonly principal: {
                            readonly id: string;
                            readonly kind: string;
                            readonly roles: readonly string[];
                            readonly tenant: string;
                        };
                        readonly product: {
                            readonly name: string;
                            readonly version: string;
                        };
                    };
                };
            };
        };
    };
    readonly endSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listSightings: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
                readonly source?: string;
                /** @description Of an observable: an address, a domain, a URL … */
                readonly value?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly count: number;
                            readonly firstTime: string;
                            readonly lastTime: string;
                            readonly seq: string;
                            readonly sighting: {
                                readonly [key: string]: unknown;
                            };
                            readonly source: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly listSignals: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                /** @description kind:id */
                readonly entity?: string;
                readonly limit?: number;
                readonly open?: boolean;
                readonly severity?: "info" | "low" | "medium" | "high" | "critical";
                readonly state?: "raised" | "updated" | "cleared";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly ({
                            readonly dependence_group?: string;
                            readonly detector: string;
                            readonly entity: {
                                readonly id: string;
                                readonly kind: string;
                            };
                            readonly evidence: {
                                readonly [key: string]: unknown;
                            };
                            readonly id: string;
                            /** @description Stable per condition: dedupe, update and clear by it. */
                            readonly key: string;
                            /** Format: date-time */
                            readonly observed_time?: string;
                            readonly p_value?: number;
                            readonly related?: readonly {
                                readonly id: string;
                                readonly kind: string;
                            }[];
                            /** @enum {string} */
                            readonly schema: "signal/1";
                            /** @enum {unknown} */
                            readonly severity: "info" | "low" | "medium" | "high" | "critical";
                            readonly source: {
                                readonly name: string;
                                readonly tenant: string;
                                readonly trace_id?: string;
                            };
                            /** @enum {unknown} */
                            readonly state: "raised" | "updated" | "cleared";
                            readonly techniques?: readonly string[];
                            /** Format: date-time */
                            readonly time: string;
                            readonly title: string;
                            readonly window?: {
                                /** Format: date-time */
                                readonly from: string;
                                /** Format: date-time */
                                readonly to: string;
                            };
                        } & {
                            readonly firstTime: string;
                            readonly lastTime: string;
                            readonly occurrences: number;
                            readonly seq: string;
                        })[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly raiseSignal: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly dependence_group?: string;
                    readonly detector: string;
                    readonly entity: {
                        readonly id: string;
                        readonly kind: string;
                    };
                    readonly evidence: {
                        readonly [key: string]: unknown;
                    };
                    readonly id?: string;
                    /** @description Stable per condition: dedupe, update and clear by it. */
                    readonly key?: string;
                    /** Format: date-time */
                    readonly observed_time?: string;
                    readonly p_value?: number;
                    readonly related?: readonly {
                        readonly id: string;
                        readonly kind: string;
                    }[];
                    /** @enum {string} */
                    readonly schema?: "signal/1";
                    /** @enum {unknown} */
                    readonly severity: "info" | "low" | "medium" | "high" | "critical";
                    readonly source?: {
                        readonly name: string;
                        readonly tenant?: string;
                        readonly trace_id?: string;
                    };
                    /** @enum {unknown} */
                    readonly state?: "raised" | "updated" | "cleared";
                    readonly techniques?: readonly string[];
                    /** Format: date-time */
                    readonly time: string;
                    readonly title: string;
                    readonly window?: {
                        /** Format: date-time */
                        readonly from: string;
                        /** Format: date-time */
                        readonly to: string;
                    };
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly dependence_group?: string;
                        readonly detector: string;
                        readonly entity: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly evidence: {
                            readonly [key: string]: unknown;
                        };
                        readonly id: string;
                        /** @description Stable per condition: dedupe, update and clear by it. */
                        readonly key: string;
                        /** Format: date-time */
                        readonly observed_time?: string;
                        readonly p_value?: number;
                        readonly related?: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        /** @enum {string} */
                        readonly schema: "signal/1";
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly source: {
                            readonly name: string;
                            readonly tenant: string;
                            readonly trace_id?: string;
                        };
                        /** @enum {unknown} */
                        readonly state: "raised" | "updated" | "cleared";
                        readonly techniques?: readonly string[];
                        /** Format: date-time */
                        readonly time: string;
                        readonly title: string;
                        readonly window?: {
                            /** Format: date-time */
                            readonly from: string;
                            /** Format: date-time */
                            readonly to: string;
                        };
                    };
                };
            };
        };
    };
    readonly getSignal: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly dependence_group?: string;
                        readonly detector: string;
                        readonly entity: {
                            readonly id: string;
                            readonly kind: string;
                        };
                        readonly evidence: {
                            readonly [key: string]: unknown;
                        };
                        readonly id: string;
                        /** @description Stable per condition: dedupe, update and clear by it. */
                        readonly key: string;
                        /** Format: date-time */
                        readonly observed_time?: string;
                        readonly p_value?: number;
                        readonly related?: readonly {
                            readonly id: string;
                            readonly kind: string;
                        }[];
                        /** @enum {string} */
                        readonly schema: "signal/1";
                        /** @enum {unknown} */
                        readonly severity: "info" | "low" | "medium" | "high" | "critical";
                        readonly source: {
                            readonly name: string;
                            readonly tenant: string;
                            readonly trace_id?: string;
                        };
                        /** @enum {unknown} */
                        readonly state: "raised" | "updated" | "cleared";
                        readonly techniques?: readonly string[];
                        /** Format: date-time */
                        readonly time: string;
                        readonly title: string;
                        readonly window?: {
                            /** Format: date-time */
                            readonly from: string;
                            /** Format: date-time */
                            readonly to: string;
                        };
                    } & {
                        readonly firstTime: string;
                        readonly lastTime: string;
                        readonly occurrences: number;
                        readonly seq: string;
                    };
                };
            };
        };
    };
    readonly raiseSignals: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly signals: readonly {
                        readonly [key: string]: unknown;
                    }[];
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Beyond their detector's budget: counted and told of as one condition */
                        readonly counted: number;
                        readonly kept: number;
                        readonly refused: readonly {
                            readonly code: string;
                            readonly details?: unknown;
                            readonly index: number;
                        }[];
                    };
                };
            };
        };
    };
    readonly listSigners: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly identities: readonly string[];
                            readonly name: string;
                            readonly revision: number;
                            readonly revocation?: {
                                readonly at: string;
                                readonly by: string;
                                readonly reason: string;
                                readonly since?: string;
                            };
                            readonly spec: {
                                readonly description?: string;
                                readonly identities: readonly ({
                                    /** @description public key in PEM: EC or Ed25519 */
                                    readonly key: string;
                                    /** Format: date-time */
                                    readonly validFrom?: string;
                                    /** Format: date-time */
                                    readonly validUntil?: string;
                                } | {
                                    /** @description self-signed roots in PEM */
                                    readonly certificateRoots: string;
                                    /** @description subject of the signing certificate, exactly */
                                    readonly subject?: string;
                                    /** Format: date-time */
                                    readonly validFrom?: string;
                                    /** Format: date-time */
                                    readonly validUntil?: string;
                                } | {
                                    readonly keyless: {
                                        readonly identity: string;
                                        readonly issuer: string;
                                        /** @description JSON of a Sigstore trusted root */
                                        readonly trustedRoot: string;
                                    };
                                    /** Format: date-time */
                                    readonly validFrom?: string;
                                    /** Format: date-time */
                                    readonly validUntil?: string;
                                })[];
                                /** @description names it may speak about, * for any text; default all */
                                readonly models?: readonly string[];
                            };
                            /** @enum {unknown} */
                            readonly state: "trusted" | "revoked";
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getSigner: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly identities: readonly string[];
                        readonly name: string;
                        readonly revision: number;
                        readonly revocation?: {
                            readonly at: string;
                            readonly by: string;
                            readonly reason: string;
                            readonly since?: string;
                        };
                        readonly spec: {
                            readonly description?: string;
                            readonly identities: readonly ({
                                /** @description public key in PEM: EC or Ed25519 */
                                readonly key: string;
                                /** Format: date-time */
                                readonly validFrom?: string;
                                /** Format: date-time */
                                readonly validUntil?: string;
                            } | {
                                /** @description self-signed roots in PEM */
                                readonly certificateRoots: string;
                                /** @description subject of the signing certificate, exactly */
                                readonly subject?: string;
                                /** Format: date-time */
                                readonly validFrom?: string;
                                /** Format: date-time */
                                readonly validUntil?: string;
                            } | {
                                readonly keyless: {
                                    readonly identity: string;
                                    readonly issuer: string;
                                    /** @description JSON of a Sigstore trusted root */
                                    readonly trustedRoot: string;
                                };
                                /** Format: date-time */
                                readonly validFrom?: string;
                                /** Format: date-time */
                                readonly validUntil?: string;
                            })[];
                            /** @description names it may speak about, * for any text; default all */
                            readonly models?: readonly string[];
                        };
                        /** @enum {unknown} */
                        readonly state: "trusted" | "revoked";
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    } & {
                        readonly dependents: readonly string[];
                    };
                };
            };
        };
    };
    readonly putSigner: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly description?: string;
                    readonly identities: readonly ({
                        /** @description public key in PEM: EC or Ed25519 */
                        readonly key: string;
                        /** Format: date-time */
                        readonly validFrom?: string;
                        /** Format: date-time */
                        readonly validUntil?: string;
                    } | {
                        /** @description self-signed roots in PEM */
                        readonly certificateRoots: string;
                        /** @description subject of the signing certificate, exactly */
                        readonly subject?: string;
                        /** Format: date-time */
                        readonly validFrom?: string;
                        /** Format: date-time */
                        readonly validUntil?: string;
                    } | {
                        readonly keyless: {
                            readonly identity: string;
                            readonly issuer: string;
                            /** @description JSON of a Sigstore trusted root */
                            readonly trustedRoot: string;
                        };
                        /** Format: date-time */
                        readonly validFrom?: string;
                        /** Format: date-time */
                        readonly validUntil?: string;
                    })[];
                    /** @description names it may speak about, * for any text; default all */
                    readonly models?: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly identities: readonly string[];
                        readonly name: string;
                        readonly revision: number;
                        readonly revocation?: {
                            readonly at: string;
                            readonly by: string;
                            readonly reason: string;
                            readonly since?: string;
                        };
                        readonly spec: {
                            readonly description?: string;
                            readonly identities: readonly ({
                                /** @description public key in PEM: EC or Ed25519 */
                                readonly key: string;
                                /** Format: date-time */
                                readonly validFrom?: string;
                                /** Format: date-time */
                                readonly validUntil?: string;
                            } | {
                                /** @description self-signed roots in PEM */
                                readonly certificateRoots: string;
                                /** @description subject of the signing certificate, exactly */
                                readonly subject?: string;
                                /** Format: date-time */
                                readonly validFrom?: string;
                                /** Format: date-time */
                                readonly validUntil?: string;
                            } | {
                                readonly keyless: {
                                    readonly identity: string;
                                    readonly issuer: string;
                                    /** @description JSON of a Sigstore trusted root */
                                    readonly trustedRoot: string;
                                };
                                /** Format: date-time */
                                readonly validFrom?: string;
                                /** Format: date-time */
                                readonly validUntil?: string;
                            })[];
                            /** @description names it may speak about, * for any text; default all */
                            readonly models?: readonly string[];
                        };
                        /** @enum {unknown} */
                        readonly state: "trusted" | "revoked";
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteSigner: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly revokeSigner: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly reason: string;
                    /**
                     * Format: date-time
                     * @description signatures received before still count; default none does
                     */
                    readonly since?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly dependents: readonly string[];
                        readonly signer: {
                            readonly identities: readonly string[];
                            readonly name: string;
                            readonly revision: number;
                            readonly revocation?: {
                                readonly at: string;
                                readonly by: string;
                                readonly reason: string;
                                readonly since?: string;
                            };
                            readonly spec: {
                                readonly description?: string;
                                readonly identities: readonly ({
                                    /** @description public key in PEM: EC or Ed25519 */
                                    readonly key: string;
                                    /** Format: date-time */
                                    readonly validFrom?: string;
                                    /** Format: date-time */
                                    readonly validUntil?: string;
                                } | {
                                    /** @description self-signed roots in PEM */
                                    readonly certificateRoots: string;
                                    /** @description subject of the signing certificate, exactly */
                                    readonly subject?: string;
                                    /** Format: date-time */
                                    readonly validFrom?: string;
                                    /** Format: date-time */
                                    readonly validUntil?: string;
                                } | {
                                    readonly keyless: {
                                        readonly identity: string;
                                        readonly issuer: string;
                                        /** @description JSON of a Sigstore trusted root */
                                        readonly trustedRoot: string;
                                    };
                                    /** Format: date-time */
                                    readonly validFrom?: string;
                                    /** Format: date-time */
                                    readonly validUntil?: string;
                                })[];
                                /** @description names it may speak about, * for any text; default all */
                                readonly models?: readonly string[];
                            };
                            /** @enum {unknown} */
                            readonly state: "trusted" | "revoked";
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        };
                    };
                };
            };
        };
    };
    readonly simulateResponse: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly files: {
                        readonly [key: string]: string;
                    };
                    /**
                     * Format: date-time
                     * @description At most 90 days ago
                     */
                    readonly since: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: {
                            /** @description Containments without asking anybody */
                            readonly acted: number;
                            readonly actions: number;
                            /** @description Decisions that this very bundle took then, … */
                            readonly decided: number;
                            readonly digest: string;
                            /** @description Answers that broke or could not be read */
                            readonly faults: number;
                            /** @description … and those of them that it takes again just so */
                            readonly repeated: number;
                            readonly version: number;
                        };
                        readonly candidate: {
                            /** @description Containments without asking anybody */
                            readonly acted: number;
                            readonly actions: number;
                            readonly digest: string;
                            /** @description Answers that broke or could not be read */
                            readonly faults: number;
                        };
                        readonly decisions: number;
                        readonly differences: readonly {
                            readonly added: readonly {
                                /** @enum {unknown} */
                                readonly action: "route.previous-version" | "route.to" | "canary.stop" | "version.quarantine" | "version.retract" | "digest.deny" | "caller.throttle" | "caller.deny" | "policy.rollback" | "signer.suspend" | "network.segment" | "notebook.isolate" | "webhook.post" | "ticket.open" | "ticket.mail" | "playbook.run";
                                readonly approvals_needed: number;
                                readonly entity: {
                                    readonly id: string;
                                    readonly kind: string;
                                };
                                /** @enum {unknown} */
                                readonly mode: "observe" | "recommend" | "act";
                                readonly parameters: {
                                    readonly [key: string]: unknown;
                                };
                                readonly reasons: readonly string[];
                                readonly ttl_s?: number;
                            }[];
                            readonly changed: readonly {
                                readonly active: {
                                    /** @enum {unknown} */
                                    readonly action: "route.previous-version" | "route.to" | "canary.stop" | "version.quarantine" | "version.retract" | "digest.deny" | "caller.throttle" | "caller.deny" | "policy.rollback" | "signer.suspend" | "network.segment" | "notebook.isolate" | "webhook.post" | "ticket.open" | "ticket.mail" | "playbook.run";
                                    readonly approvals_needed: number;
                                    readonly entity: {
                                        readonly id: string;
                                        readonly kind: string;
                                    };
                                    /** @enum {unknown} */
                                    readonly mode: "observe" | "recommend" | "act";
                                    readonly parameters: {
                                        readonly [key: string]: unknown;
                                    };
                                    readonly reasons: readonly string[];
                                    readonly ttl_s?: number;
                                };
                                readonly candidate: {
                                    /** @enum {unknown} */
                                    readonly action: "route.previous-version" | "route.to" | "canary.stop" | "version.quarantine" | "version.retract" | "digest.deny" | "caller.throttle" | "caller.deny" | "policy.rollback" | "signer.suspend" | "network.segment" | "notebook.isolate" | "webhook.post" | "ticket.open" | "ticket.mail" | "playbook.run";
                                    readonly approvals_needed: number;
                                    readonly entity: {
                                        readonly id: string;
                                        readonly kind: string;
                                    };
                                    /** @enum {unknown} */
                                    readonly mode: "observe" | "recommend" | "act";
                                    readonly parameters: {
                                        readonly [key: string]: unknown;
                                    };
                                    readonly reasons: readonly string[];
                                    readonly ttl_s?: number;
                                };
                            }[];
                            readonly incident: string;
                            readonly reasons: readonly string[];
                            readonly removed: readonly {
                                /** @enum {unknown} */
                                readonly action: "route.previous-version" | "route.to" | "canary.stop" | "version.quarantine" | "version.retract" | "digest.deny" | "caller.throttle" | "caller.deny" | "policy.rollback" | "signer.suspend" | "network.segment" | "notebook.isolate" | "webhook.post" | "ticket.open" | "ticket.mail" | "playbook.run";
                                readonly approvals_needed: number;
                                readonly entity: {
                                    readonly id: string;
                                    readonly kind: string;
                                };
                                /** @enum {unknown} */
                                readonly mode: "observe" | "recommend" | "act";
                                readonly parameters: {
                                    readonly [key: string]: unknown;
                                };
                                readonly reasons: readonly string[];
                                readonly ttl_s?: number;
                            }[];
                            readonly severity: ("info" | "low" | "medium" | "high" | "critical") | "";
                            readonly time: string;
                            readonly title: string;
                        }[];
                        readonly incidents: number;
                        readonly since: string;
                        readonly truncated: boolean;
                        readonly unchanged: number;
                    };
                };
            };
        };
    };
    readonly listSinks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly name: string;
                            readonly revision: number;
                            readonly spec: {
                                readonly amqp?: {
                                    readonly address?: string;
                                    readonly exchange?: string;
                                    readonly routingKey?: string;
                                };
                                /** @description Where people reach this server: links in records. */
                                readonly baseUrl?: string;
                                /** @description Records are queued, not sent. */
                                readonly disabled?: boolean;
                                readonly facility?: number;
                                readonly filter?: {
                                    readonly entityKinds?: readonly string[];
                                    /** @enum {unknown} */
                                    readonly minSeverity?: "info" | "low" | "medium" | "high" | "critical";
                                    /** @description Detectors; * stands for any text. */
                                    readonly names?: readonly string[];
                                    /** @description Decisions that let somebody read, too. Default: false. */
                                    readonly routine?: boolean;
                                    /** @description Default: all but inference and sighting. */
                                    readonly types?: readonly ("signal" | "incident" | "decision" | "containment" | "audit-checkpoint" | "inference" | "sighting")[];
                                };
                                /**
                                 * @description Default: rfc5424 for syslog, json for others.
                                 * @enum {unknown}
                                 */
                                readonly format?: "cef" | "cef1" | "leef" | "leef2" | "rfc5424" | "ocsf" | "json";
                                readonly hec?: {
                                    readonly acknowledge?: boolean;
                                    readonly index?: string;
                                    readonly source?: string;
                                    readonly sourceType?: string;
                                };
                                /** @description Host name in syslog headers. */
                                readonly hostname?: string;
                                /** @description CEF key or LEEF attribute → path in the record, such as evidence.batch. */
                                readonly mapping?: {
                                    readonly [key: string]: string;
                                };
                                /** @description Records in the queue; default 1,000,000. */
                                readonly maxQueued?: number;
                                readonly sample?: {
                                    /** @description Share of inference records where the policy names none (obligation export_rate). Default: 1. */
                                    readonly inference: number;
                                };
                                /** @description HEC token, password of AMQP, or key of the webhook signature. */
                                readonly secretRef?: string;
                                readonly timeoutMs?: number;
                                readonly tls?: {
                                    /** @description PEM; default: the system. */
                                    readonly ca?: string;
                                    /** @description PEM of the client certificate. */
                                    readonly cert?: string;
                                    /** @description PEM of its private key. */
                                    readonly keySecretRef?: string;
                                    readonly serverName?: string;
                                };
                                /** @enum {unknown} */
                                readonly type: "syslog" | "amqp" | "amqp1" | "hec" | "webhook";
                                /** @description syslog: udp://, tcp:// or tls://HOST:PORT; amqp, amqp1: amqp:// or amqps://HOST:PORT[/VHOST]; hec, webhook: http:// or https:// */
                                readonly url: string;
                                readonly username?: string;
                            };
                            readonly status: {
                                readonly dead: number;
                                readonly delivered: number;
                                readonly failures: number;
                                /** @description Written without acknowledgement, kept 30 s in case the connection breaks. */
                                readonly held: number;
                                readonly lagSeconds: number;
                                readonly lastDeliveredAt?: string;
                                readonly lastError?: string;
                                readonly lastErrorAt?: string;
                                /** @description Records of inference and decisions that the filter and the sample left out. */
                                readonly leftOut: number;
                                /** @enum {unknown} */
                                readonly phase: "idle" | "sending" | "waiting" | "stopped";
                                readonly queued: number;
                            };
                            readonly updatedAt: string;
                            readonly updatedBy: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getSink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            readonly amqp?: {
                                readonly address?: string;
                                readonly exchange?: string;
                                readonly routingKey?: string;
                            };
                            /** @description Where people reach this server: links in records. */
                            readonly baseUrl?: string;
                            /** @description Records are queued, not sent. */
                            readonly disabled?: boolean;
                            readonly facility?: number;
                            readonly filter?: {
                                readonly entityKinds?: readonly string[];
                                /** @enum {unknown} */
                                readonly minSeverity?: "info" | "low" | "medium" | "high" | "critical";
                                /** @description Detectors; * stands for any text. */
                                readonly names?: readonly string[];
                                /** @description Decisions that let somebody read, too. Default: false. */
                                readonly routine?: boolean;
                                /** @description Default: all but inference and sighting. */
                                readonly types?: readonly ("signal" | "incident" | "decision" | "containment" | "audit-checkpoint" | "inference" | "sighting")[];
                            };
                            /**
                             * @description Default: rfc5424 for syslog, json for others.
                             * @enum {unknown}
                             */
                            readonly format?: "cef" | "cef1" | "leef" | "leef2" | "rfc5424" | "ocsf" | "json";
                            readonly hec?: {
                                readonly acknowledge?: boolean;
                                readonly index?: string;
                                readonly source?: string;
                                readonly sourceType?: string;
                            };
                            /** @description Host name in syslog headers. */
                            readonly hostname?: string;
                            /** @description CEF key or LEEF attribute → path in the record, such as evidence.batch. */
                            readonly mapping?: {
                                readonly [key: string]: string;
                            };
                            /** @description Records in the queue; default 1,000,000. */
                            readonly maxQueued?: number;
                            readonly sample?: {
                                /** @description Share of inference records where the policy names none (obligation export_rate). Default: 1. */
                                readonly inference: number;
                            };
                            /** @description HEC token, password of AMQP, or key of the webhook signature. */
                            readonly secretRef?: string;
                            readonly timeoutMs?: number;
                            readonly tls?: {
                                /** @description PEM; default: the system. */
                                readonly ca?: string;
                                /** @description PEM of the client certificate. */
                                readonly cert?: string;
                                /** @description PEM of its private key. */
                                readonly keySecretRef?: string;
                                readonly serverName?: string;
                            };
                            /** @enum {unknown} */
                            readonly type: "syslog" | "amqp" | "amqp1" | "hec" | "webhook";
                            /** @description syslog: udp://, tcp:// or tls://HOST:PORT; amqp, amqp1: amqp:// or amqps://HOST:PORT[/VHOST]; hec, webhook: http:// or https:// */
                            readonly url: string;
                            readonly username?: string;
                        };
                        readonly status: {
                            readonly dead: number;
                            readonly delivered: number;
                            readonly failures: number;
                            /** @description Written without acknowledgement, kept 30 s in case the connection breaks. */
                            readonly held: number;
                            readonly lagSeconds: number;
                            readonly lastDeliveredAt?: string;
                            readonly lastError?: string;
                            readonly lastErrorAt?: string;
                            /** @description Records of inference and decisions that the filter and the sample left out. */
                            readonly leftOut: number;
                            /** @enum {unknown} */
                            readonly phase: "idle" | "sending" | "waiting" | "stopped";
                            readonly queued: number;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly putSink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly amqp?: {
                        readonly address?: string;
                        readonly exchange?: string;
                        readonly routingKey?: string;
                    };
                    /** @description Where people reach this server: links in records. */
                    readonly baseUrl?: string;
                    /** @description Records are queued, not sent. */
                    readonly disabled?: boolean;
                    readonly facility?: number;
                    readonly filter?: {
                        readonly entityKinds?: readonly string[];
                        /** @enum {unknown} */
                        readonly minSeverity?: "info" | "low" | "medium" | "high" | "critical";
                        /** @description Detectors; * stands for any text. */
                        readonly names?: readonly string[];
                        /** @description Decisions that let somebody read, too. Default: false. */
                        readonly routine?: boolean;
                        /** @description Default: all but inference and sighting. */
                        readonly types?: readonly ("signal" | "incident" | "decision" | "containment" | "audit-checkpoint" | "inference" | "sighting")[];
                    };
                    /**
                     * @description Default: rfc5424 for syslog, json for others.
                     * @enum {unknown}
                     */
                    readonly format?: "cef" | "cef1" | "leef" | "leef2" | "rfc5424" | "ocsf" | "json";
                    readonly hec?: {
                        readonly acknowledge?: boolean;
                        readonly index?: string;
                        readonly source?: string;
                        readonly sourceType?: string;
                    };
                    /** @description Host name in syslog headers. */
                    readonly hostname?: string;
                    /** @description CEF key or LEEF attribute → path in the record, such as evidence.batch. */
                    readonly mapping?: {
                        readonly [key: string]: string;
                    };
                    /** @description Records in the queue; default 1,000,000. */
                    readonly maxQueued?: number;
                    readonly sample?: {
                        /** @description Share of inference records where the policy names none (obligation export_rate). Default: 1. */
                        readonly inference: number;
                    };
                    /** @description HEC token, password of AMQP, or key of the webhook signature. */
                    readonly secretRef?: string;
                    readonly timeoutMs?: number;
                    readonly tls?: {
                        /** @description PEM; default: the system. */
                        readonly ca?: string;
                        /** @description PEM of the client certificate. */
                        readonly cert?: string;
                        /** @description PEM of its private key. */
                        readonly keySecretRef?: string;
                        readonly serverName?: string;
                    };
                    /** @enum {unknown} */
                    readonly type: "syslog" | "amqp" | "amqp1" | "hec" | "webhook";
                    /** @description syslog: udp://, tcp:// or tls://HOST:PORT; amqp, amqp1: amqp:// or amqps://HOST:PORT[/VHOST]; hec, webhook: http:// or https:// */
                    readonly url: string;
                    readonly username?: string;
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly revision: number;
                        readonly spec: {
                            readonly amqp?: {
                                readonly address?: string;
                                readonly exchange?: string;
                                readonly routingKey?: string;
                            };
                            /** @description Where people reach this server: links in records. */
                            readonly baseUrl?: string;
                            /** @description Records are queued, not sent. */
                            readonly disabled?: boolean;
                            readonly facility?: number;
                            readonly filter?: {
                                readonly entityKinds?: readonly string[];
                                /** @enum {unknown} */
                                readonly minSeverity?: "info" | "low" | "medium" | "high" | "critical";
                                /** @description Detectors; * stands for any text. */
                                readonly names?: readonly string[];
                                /** @description Decisions that let somebody read, too. Default: false. */
                                readonly routine?: boolean;
                                /** @description Default: all but inference and sighting. */
                                readonly types?: readonly ("signal" | "incident" | "decision" | "containment" | "audit-checkpoint" | "inference" | "sighting")[];
                            };
                            /**
                             * @description Default: rfc5424 for syslog, json for others.
                             * @enum {unknown}
                             */
                            readonly format?: "cef" | "cef1" | "leef" | "leef2" | "rfc5424" | "ocsf" | "json";
                            readonly hec?: {
                                readonly acknowledge?: boolean;
                                readonly index?: string;
                                readonly source?: string;
                                readonly sourceType?: string;
                            };
                            /** @description Host name in syslog headers. */
                            readonly hostname?: string;
                            /** @description CEF key or LEEF attribute → path in the record, such as evidence.batch. */
                            readonly mapping?: {
                                readonly [key: string]: string;
                            };
                            /** @description Records in the queue; default 1,000,000. */
                            readonly maxQueued?: number;
                            readonly sample?: {
                                /** @description Share of inference records where the policy names none (obligation export_rate). Default: 1. */
                                readonly inference: number;
                            };
                            /** @description HEC token, password of AMQP, or key of the webhook signature. */
                            readonly secretRef?: string;
                            readonly timeoutMs?: number;
                            readonly tls?: {
                                /** @description PEM; default: the system. */
                                readonly ca?: string;
                                /** @description PEM of the client certificate. */
                                readonly cert?: string;
                                /** @description PEM of its private key. */
                                readonly keySecretRef?: string;
                                readonly serverName?: string;
                            };
                            /** @enum {unknown} */
                            readonly type: "syslog" | "amqp" | "amqp1" | "hec" | "webhook";
                            /** @description syslog: udp://, tcp:// or tls://HOST:PORT; amqp, amqp1: amqp:// or amqps://HOST:PORT[/VHOST]; hec, webhook: http:// or https:// */
                            readonly url: string;
                            readonly username?: string;
                        };
                        readonly status: {
                            readonly dead: number;
                            readonly delivered: number;
                            readonly failures: number;
                            /** @description Written without acknowledgement, kept 30 s in case the connection breaks. */
                            readonly held: number;
                            readonly lagSeconds: number;
                            readonly lastDeliveredAt?: string;
                            readonly lastError?: string;
                            readonly lastErrorAt?: string;
                            /** @description Records of inference and decisions that the filter and the sample left out. */
                            readonly leftOut: number;
                            /** @enum {unknown} */
                            readonly phase: "idle" | "sending" | "waiting" | "stopped";
                            readonly queued: number;
                        };
                        readonly updatedAt: string;
                        readonly updatedBy: string;
                    };
                };
            };
        };
    };
    readonly deleteSink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Revision that is to be replaced, as `"7"`; 0 for none yet. */
                readonly "if-match"?: string;
            };
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listDeadLetters: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly eventId: string;
                            readonly queuedAt: string;
                            readonly reason: string;
                            readonly record: {
                                readonly [key: string]: unknown;
                            };
                            readonly seq: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly retryDeadLetters: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly eventIds?: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly requeued: number;
                    };
                };
            };
        };
    };
    readonly listTelemetry: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            readonly model: string;
                            readonly referenceRows: number;
                            /** @description Rows of the newest window */
                            readonly rows: number;
                            /** Format: date-time */
                            readonly updatedAt?: string;
                            /** @description "absent": the version has no reference profile; "unknown": no window has enough rows yet */
                            readonly verdict: "stable" | "warning" | "drifted" | "unknown" | "absent";
                            readonly version: string;
                            readonly worstFeature?: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getTelemetry: {
        readonly parameters: {
            readonly query?: {
                /** @description Windows that closed earlier */
                readonly before?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly model: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Why recent batches could not be compared */
                        readonly mismatch?: string;
                        readonly model: string;
                        /** @description Rows in the window that is still filling */
                        readonly openRows: number;
                        readonly reference: {
                            readonly features: readonly string[];
                            /** @description True when the profile was learnt from the first rows of traffic */
                            readonly learnt: boolean;
                            readonly rows: number;
                        };
                        readonly thresholds: {
                            readonly alpha: number;
                            readonly minRows: number;
                            readonly psiClear: number;
                            readonly psiRaise: number;
                            readonly windowMs: number;
                            readonly windowRows: number;
                        };
                        readonly verdict: "stable" | "warning" | "drifted" | "unknown";
                        readonly version: string;
                        /** @description Oldest first */
                        readonly windows: readonly {
                            readonly features: readonly {
                                /** @description Holm over the features of the window */
                                readonly adjustedPValue: number;
                                readonly chiSquare?: number;
                                readonly kind: "numeric" | "categorical";
                                readonly ks?: {
                                    readonly location: number | null;
                                    readonly pValue: number;
                                    readonly statistic: number;
                                };
                                readonly name: string;
                                /** @description 10 reference-quantile bins, shares lifted to 1e-4 */
                                readonly psi: number;
                                readonly pValue: number;
                                readonly verdict: "stable" | "warning" | "drifted" | "unknown";
                                /** @description In the unit of the feature */
                                readonly wasserstein?: number;
                            }[];
                            /** Format: date-time */
                            readonly from: string;
                            readonly rows: number;
                            /** Format: date-time */
                            readonly to: string;
                            readonly verdict: "stable" | "warning" | "drifted" | "unknown";
                            readonly worstFeature?: string;
                        }[];
                    };
                };
            };
        };
    };
    readonly getTelemetryFeature: {
        readonly parameters: {
            readonly query?: {
                /** @description Windows that closed earlier */
                readonly before?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly feature: string;
                readonly model: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description Holm over the features of the window */
                        readonly adjustedPValue?: number;
                        readonly chiSquare?: number;
                        readonly current: {
                            readonly above: number;
                            readonly below: number;
                            readonly counts: readonly number[];
                            /** @description One more than counts; empty for a categorical feature */
                            readonly edges: readonly number[];
                            /** @description Names of the bins of a categorical feature */
                            readonly labels?: readonly string[];
                            readonly missing: number;
                        };
                        /** @description Oldest first */
                        readonly history: readonly {
                            readonly psi: number;
                            /** Format: date-time */
                            readonly to: string;
                            readonly verdict: "stable" | "warning" | "drifted" | "unknown";
                        }[];
                        readonly kind: "numeric" | "categorical";
                        readonly ks?: {
                            readonly location: number | null;
                            readonly pValue: number;
                            readonly statistic: number;
                        };
                        readonly name: string;
                        /** @description 10 reference-quantile bins, shares lifted to 1e-4 */
                        readonly psi?: number;
                        readonly pValue?: number;
                        readonly reference: {
                            readonly above: number;
                            readonly below: number;
                            readonly counts: readonly number[];
                            /** @description One more than counts; empty for a categorical feature */
                            readonly edges: readonly number[];
                            /** @description Names of the bins of a categorical feature */
                            readonly labels?: readonly string[];
                            readonly missing: number;
                        };
                        /** @description Rows of the newest window; 0 when there is none */
                        readonly rows: number;
                        readonly side: "input" | "output";
                        readonly summary?: {
                            readonly count: number | null;
                            readonly infinite: number | null;
                            readonly max: number | null;
                            readonly mean: number | null;
                            readonly min: number | null;
                            readonly missing: number | null;
                            readonly std: number | null;
                        };
                        readonly thresholds: {
                            readonly alpha: number;
                            readonly minRows: number;
                            readonly psiClear: number;
                            readonly psiRaise: number;
                            readonly windowMs: number;
                            readonly windowRows: number;
                        };
                        readonly verdict: "stable" | "warning" | "drifted" | "unknown";
                        /** @description In the unit of the feature */
                        readonly wasserstein?: number;
                    };
                };
            };
        };
    };
    readonly putTelemetryReference: {
        readonly parameters: {
            readonly query: {
                /** @description Of CSV; a comma, in TSV a tab */
                readonly delimiter?: string;
                /** @description Of the body */
                readonly format: "csv" | "tsv" | "parquet" | "npz";
            };
            readonly header?: never;
            readonly path: {
                readonly model: string;
                readonly version: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description What is watched from now on */
                        readonly features: readonly string[];
                        /** @description Columns that are no input or output of the model */
                        readonly ignored: readonly string[];
                        readonly rows: number;
                    };
                };
            };
        };
    };
    readonly listVerdicts: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly decision?: "allow" | "deny";
                readonly limit?: number;
                readonly model?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** @enum {unknown} */
                            readonly decision: "allow" | "deny";
                            readonly digest: string;
                            readonly expiresAt: string;
                            readonly issuedAt: string;
                            readonly reasons: readonly string[];
                            /** @enum {unknown} */
                            readonly scan: "clean" | "unverified" | "blocked" | "missing";
                            /** @enum {unknown} */
                            readonly signature: "trusted" | "untrusted" | "none";
                            readonly subjects: readonly {
                                readonly name: string;
                                /** @enum {unknown} */
                                readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                            }[];
                            readonly verdictDigest: string;
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
    readonly getVerdict: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly digest: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly envelope: {
                            readonly payload: string;
                            readonly payloadType: string;
                            readonly signatures: readonly {
                                readonly keyid: string;
                                readonly sig: string;
                            }[];
                        };
                        readonly verdict: {
                            readonly approvals: readonly {
                                readonly approver: string;
                                readonly at: string;
                                readonly evidence: string;
                                readonly reason: string;
                                readonly subject: string;
                            }[];
                            readonly assessment: {
                                readonly at?: string;
                                readonly evidence?: string;
                                readonly metrics: {
                                    readonly [key: string]: number;
                                };
                                readonly reasons: readonly string[];
                                /** @enum {unknown} */
                                readonly result: "passed" | "failed" | "missing";
                            };
                            /** @enum {unknown} */
                            readonly decision: "allow" | "deny";
                            readonly denials?: readonly {
                                readonly at: string;
                                readonly by: string;
                                readonly denial: string;
                                readonly evidence: string;
                                readonly reason: string;
                            }[];
                            readonly digest: string;
                            readonly expiresAt: string;
                            readonly graphLint: {
                                readonly at?: string;
                                readonly evidence?: string;
                                /** @enum {unknown} */
                                readonly result: "clean" | "suspicious" | "missing" | "not-applicable";
                                readonly rules: readonly string[];
                                /** @description not empty only when they cover everything that needs one */
                                readonly waivers: readonly {
                                    readonly at: string;
                                    readonly by: string;
                                    readonly evidence: string;
                                    readonly expiresAt?: string;
                                    readonly reason: string;
                                }[];
                            };
                            readonly issuedAt: string;
                            readonly policyBundleDigest: string;
                            readonly provenance: {
                                /** @enum {unknown} */
                                readonly result: "attested" | "none";
                                readonly statements: readonly {
                                    readonly evidence: string;
                                    readonly predicateType: string;
                                    readonly signer: string;
                                }[];
                            };
                            /** @description how the approvals of each version in use stand */
                            readonly quorums?: readonly {
                                readonly expiresAt?: string;
                                readonly met: boolean;
                                readonly reasons: readonly string[];
                                readonly subject: string;
                            }[];
                            readonly reasons: readonly string[];
                            readonly scan: {
                                readonly files: readonly {
                                    readonly digest: string;
                                    readonly evidence?: string;
                                    readonly format?: string;
                                    readonly path: string;
                                    /** @enum {unknown} */
                                    readonly result: "clean" | "unverified" | "blocked" | "missing";
                                    readonly role: string;
                                    readonly rules: readonly string[];
                                    readonly scannedAt?: string;
                                }[];
                                /** @enum {unknown} */
                                readonly result: "clean" | "unverified" | "blocked" | "missing";
                                /** @description not empty only when they cover everything that needs one */
                                readonly waivers: readonly {
                                    readonly at: string;
                                    readonly by: string;
                                    readonly evidence: string;
                                    readonly expiresAt?: string;
                                    readonly reason: string;
                                }[];
                            };
                            readonly schema: string;
                            readonly signature: {
                                /** @enum {unknown} */
                                readonly result: "trusted" | "untrusted" | "none";
                                readonly signers: readonly {
                                    readonly at: string;
                                    readonly counts: boolean;
                                    readonly evidence: string;
                                    readonly identity: string;
                                    readonly signer: string;
                                    readonly why?: string;
                                }[];
                            };
                            readonly subjects: readonly {
                                readonly name: string;
                                /** @enum {unknown} */
                                readonly stage: "registered" | "assessed" | "approved" | "deployed" | "retired" | "quarantined" | "retracted";
                            }[];
                            readonly tenant: string;
                        };
                        /** @description SHA-256 of the envelope as canonical JSON */
                        readonly verdictDigest: string;
                    };
                };
            };
            /** @description Default Response */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listVerdictHistory: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly digest: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Default Response */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly items: readonly {
                            /** @description what made it be asked again */
                            readonly cause: string;
                            /** @enum {unknown} */
                            readonly decision: "allow" | "deny";
                            readonly envelope: {
                                readonly payload: string;
                                readonly payloadType: string;
                                readonly signatures: readonly {
                                    readonly keyid: string;
                                    readonly sig: string;
                                }[];
                            };
                            readonly issuedAt: string;
                            readonly reasons: readonly string[];
                        }[];
                        readonly nextCursor?: string;
                    };
                };
            };
        };
    };
}
