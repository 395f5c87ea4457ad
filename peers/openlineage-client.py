"""The OpenLineage Python client at work.
  check              reads run events as JSON lines, builds each with the client's own classes, prints how many held
  emit URL KEY       sends the run of a training job (START, COMPLETE) as that client does, prints the run id
"""
import json
import sys
import uuid
from datetime import datetime, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    dataset_version_dataset,
    job_type_job,
    lifecycle_state_change_dataset,
    source_code_location_job,
)
from openlineage.client.serde import Serde
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport

FACETS = {
    "version": lambda f: dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=f["datasetVersion"]),
    "lifecycleStateChange": lambda f: lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(
        lifecycleStateChange=lifecycle_state_change_dataset.LifecycleStateChange(f["lifecycleStateChange"])
    ),
    "jobType": lambda f: job_type_job.JobTypeJobFacet(
        processingType=f["processingType"], integration=f["integration"], jobType=f["jobType"]
    ),
}


def facets(of):
    for name, facet in of.items():
        assert facet["_producer"].startswith("https://") and facet["_schemaURL"].startswith("https://"), name
        if name not in FACETS:
            assert name.startswith("rampart_"), f"{name} is neither known nor prefixed"
            continue
        built = json.loads(Serde.to_json(FACETS[name](facet)))
        for key, value in facet.items():
            if not key.startswith("_"):
                assert built[key] == value, f"{name}.{key}: {built[key]} is not {value}"
    return {name: FACETS[name](facet) for name, facet in of.items() if name in FACETS}


def build(event):
    def dataset(make, one):
        return make(namespace=one["namespace"], name=one["name"], facets=facets(one["facets"]))

    built = RunEvent(
        eventType=RunState(event["eventType"]),
        eventTime=event["eventTime"],
        run=Run(runId=event["run"]["runId"], facets=facets(event["run"]["facets"])),
        job=Job(
            namespace=event["job"]["namespace"],
            name=event["job"]["name"],
            facets=facets(event["job"]["facets"]),
        ),
        inputs=[dataset(InputDataset, one) for one in event["inputs"]],
        outputs=[dataset(OutputDataset, one) for one in event["outputs"]],
        producer=event["producer"],
    )
    again = json.loads(Serde.to_json(built))
    for key in ("eventType", "eventTime", "producer", "schemaURL"):
        assert again[key] == event[key], f"{key}: {again[key]} is not {event[key]}"
    known = set(again) | {"eventType"}
    assert set(event) <= known, f"unknown members: {set(event) - known}"


def check():
    count = 0
    for line in sys.stdin:
        build(json.loads(line))
        count += 1
    print(count)


def emit(url, key):
    transport = HttpTransport(HttpConfig(url=url, auth=ApiKeyTokenProvider({"apiKey": key})))
    client = OpenLineageClient(transport=transport)
    run = Run(runId=str(uuid.uuid4()))
    job = Job(
        namespace="peers",
        name="train",
        facets={
            "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(
                type="git", url="https://git.example/train", repoUrl="https://git.example/train.git", version="0a1b2c"
            )
        },
    )
    rows = InputDataset(
        namespace="s3://peers",
        name="rows",
        facets={"version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion="sha256:" + "5" * 64)},
    )
    model = OutputDataset(namespace="rampart", name="card-fraud:1.0.0")
    for state, outputs in ((RunState.START, []), (RunState.COMPLETE, [model])):
        client.emit(
            RunEvent(
                eventType=state,
                eventTime=datetime.now(timezone.utc).isoformat(),
                run=run,
                job=job,
                inputs=[rows],
                outputs=outputs,
                producer="https://peers.example/client",
            )
        )
    client.close()
    print(run.runId)


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check()
    else:
        emit(sys.argv[2], sys.argv[3])
