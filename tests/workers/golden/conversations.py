"""What is asked of conversations, an operation a row: its intent, our call, the official SDK's for the same."""

from __future__ import annotations

from typing import Any

from mistralai.client import models

from tests.workers.conversations.heard import OPENING
from tests.workers.golden.operation import Operation, heard, listened
from workers.conversations.client import MistralConversations as Us
from workers.conversations.port import Attachment, Called, Confirm, Opening, Result, Say

METADATA = {"team": "T1", "thread": "1731.0001"}
PNG = Attachment(name="cat.png", mimetype="image/png", content=b"png")
PDF = Attachment(name="a.pdf", mimetype="application/pdf", content=b"pdf")
SEARCH: Any = {"type": "web_search"}
CONNECTORS: Any = (
    {"type": "web_search_premium", "tool_configuration": {"include": ["news_search"]}},
    {"type": "code_interpreter"},
    {"type": "image_generation"},
    {"type": "document_library", "library_ids": ["lib_1"]},
    {
        "type": "connector",
        "connector_id": "gmail",
        "authorization": {"type": "oauth2-token", "value": "ya29"},
        "tool_configuration": {"exclude": ["send"], "requires_confirmation": ["search"]},
    },
)
FORMED: Any = {
    "reasoning_effort": "high",
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
}
GUARDRAIL: Any = {"block_on_error": True, "moderation_llm_v2": {"action": "block"}}


def says(text: str, role: Any = "user") -> Any:
    return models.MessageInputEntry(role=role, content=text)


def function() -> models.FunctionTool:
    (tool,) = OPENING.tools
    return models.FunctionTool(
        function=models.Function(name=tool.name, description=tool.description, parameters=tool.parameters)
    )


RESULTS: Any = [
    models.FunctionResultEntry(tool_call_id="c1", result="x"),
    models.FunctionResultEntry(tool_call_id="c2", result=""),
]
CONFIRMATIONS = [
    models.ToolCallConfirmation(tool_call_id="c1", confirmation="allow"),
    models.ToolCallConfirmation(tool_call_id="c2", confirmation="deny"),
]
REPLAY: Any = [
    says("convert"),
    models.FunctionCallEntry(tool_call_id="c1", name="time__convert", arguments='{"to":"UTC"}'),
    models.FunctionResultEntry(tool_call_id="c1", result="12:00"),
]
WITH_FILES: Any = [
    models.MessageInputEntry(
        role="user",
        content=[
            models.TextChunk(text="look"),
            models.ImageURLChunk(image_url="data:image/png;base64,cG5n"),
            models.DocumentURLChunk(document_url="data:application/pdf;base64,cGRm", document_name="a.pdf"),
        ],
    )
]

OPERATIONS = [
    Operation(
        intent="start by model",
        method="start",
        ours=lambda http: heard(Us(http).start(OPENING, [Say("hi")])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.start_stream_async(
                model="mistral-medium-latest",
                inputs=[says("hi")],
                instructions="Be brief.",
                tools=[function()],
                completion_args={"temperature": 0.3},
                metadata=dict(OPENING.metadata),
                name=OPENING.name,
            )
        ),
    ),
    Operation(
        intent="start by model with connectors and guardrails, nothing kept",
        method="start",
        ours=lambda http: heard(
            Us(http).start(
                Opening(model="m", connectors=(SEARCH,), guardrails=(GUARDRAIL,), store=False),
                [Say("hi"), Say("hello", "assistant"), Say("so?")],
            )
        ),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.start_stream_async(
                model="m",
                inputs=[says("hi"), says("hello", "assistant"), says("so?")],
                tools=[SEARCH],
                guardrails=[GUARDRAIL],
                store=False,
            )
        ),
    ),
    Operation(
        intent="start by agent",
        method="start",
        ours=lambda http: heard(
            Us(http).start(
                Opening(agent_id="ag_1", agent_version="prod", handoff_execution="client", metadata=METADATA),
                [Say("hi")],
            )
        ),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.start_stream_async(
                agent_id="ag_1",
                agent_version="prod",
                handoff_execution="client",
                metadata=METADATA,
                inputs=[says("hi")],
            )
        ),
    ),
    Operation(
        intent="start by agent, nothing kept",
        method="start",
        ours=lambda http: heard(
            Us(http).start(
                Opening(agent_id="ag_1", agent_version=3, handoff_execution="server", store=False), [Say("hi")]
            )
        ),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.start_stream_async(
                agent_id="ag_1", agent_version=3, handoff_execution="server", store=False, inputs=[says("hi")]
            )
        ),
    ),
    Operation(
        intent="start with every connector",
        method="start",
        ours=lambda http: heard(Us(http).start(Opening(model="m", connectors=CONNECTORS), [Say("hi")])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.start_stream_async(model="m", inputs=[says("hi")], tools=list(CONNECTORS))
        ),
    ),
    Operation(
        intent="start with a structured answer",
        method="start",
        ours=lambda http: heard(Us(http).start(Opening(model="m", completion_args=FORMED), [Say("hi")])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.start_stream_async(model="m", inputs=[says("hi")], completion_args=FORMED)
        ),
    ),
    Operation(
        intent="start with files",
        method="start",
        ours=lambda http: heard(Us(http).start(Opening(model="m"), [Say("look", attachments=(PNG, PDF))])),
        theirs=lambda sdk: listened(sdk.beta.conversations.start_stream_async(model="m", inputs=WITH_FILES)),
    ),
    Operation(
        intent="start with a replay",
        method="start_plain",
        ours=lambda http: Us(http).start_plain(
            Opening(model="m"), [Say("convert"), Called("c1", "time__convert", '{"to":"UTC"}'), Result("c1", "12:00")]
        ),
        theirs=lambda sdk: sdk.beta.conversations.start_async(model="m", inputs=REPLAY),
    ),
    Operation(
        intent="append a message",
        method="append",
        ours=lambda http: heard(Us(http).append("conv_1", [Say("and?")])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.append_stream_async(conversation_id="conv_1", inputs=[says("and?")])
        ),
    ),
    Operation(
        intent="append results",
        method="append_plain",
        ours=lambda http: Us(http).append_plain("conv_1", [Result("c1", "x"), Result("c2", "")]),
        theirs=lambda sdk: sdk.beta.conversations.append_async(conversation_id="conv_1", inputs=RESULTS),
    ),
    Operation(
        intent="append results without wanting an answer",
        method="append",
        ours=lambda http: heard(Us(http).append("conv_1", [Result("c1", "x"), Result("c2", "")], silent=True)),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.append_stream_async(
                conversation_id="conv_1",
                inputs=RESULTS,
                completion_args={"tool_choice": "none", "max_tokens": 8},
            )
        ),
    ),
    Operation(
        intent="append decisions",
        method="append",
        ours=lambda http: heard(Us(http).append("conv_1", [Confirm("c1", True), Confirm("c2", False)])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.append_stream_async(conversation_id="conv_1", tool_confirmations=CONFIRMATIONS)
        ),
    ),
    Operation(
        intent="append results and a decision",
        method="append",
        ours=lambda http: heard(Us(http).append("conv_1", [Result("c1", "x"), Result("c2", ""), Confirm("c3", True)])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.append_stream_async(
                conversation_id="conv_1",
                inputs=RESULTS,
                tool_confirmations=[models.ToolCallConfirmation(tool_call_id="c3", confirmation="allow")],
            )
        ),
    ),
    Operation(
        intent="append files",
        method="append",
        ours=lambda http: heard(Us(http).append("conv_1", [Say("look", attachments=(PNG, PDF))])),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.append_stream_async(conversation_id="conv_1", inputs=WITH_FILES)
        ),
    ),
    Operation(
        intent="append nothing after a handoff of ours",
        method="append",
        ours=lambda http: heard(Us(http).append("conv_1", [], handoff_execution="client")),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.append_stream_async(conversation_id="conv_1", handoff_execution="client")
        ),
    ),
    Operation(
        intent="restart",
        method="branch",
        ours=lambda http: heard(Us(http).branch("conv_1", "msg_1", [Say("other")], metadata=METADATA)),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.restart_stream_async(
                conversation_id="conv_1", from_entry_id="msg_1", inputs=[says("other")], metadata=METADATA
            )
        ),
    ),
    Operation(
        intent="restart in a version, handoffs on our side",
        method="branch",
        ours=lambda http: heard(
            Us(http).branch("conv_1", "msg_1", [Say("other")], agent_version=3, handoff_execution="client")
        ),
        theirs=lambda sdk: listened(
            sdk.beta.conversations.restart_stream_async(
                conversation_id="conv_1",
                from_entry_id="msg_1",
                inputs=[says("other")],
                agent_version=3,
                handoff_execution="client",
            )
        ),
    ),
    Operation(
        intent="restart, plain",
        method="branch_plain",
        ours=lambda http: Us(http).branch_plain("conv_1", "msg_1", [Say("other")]),
        theirs=lambda sdk: sdk.beta.conversations.restart_async(
            conversation_id="conv_1", from_entry_id="msg_1", inputs=[says("other")]
        ),
    ),
    Operation(
        intent="get",
        method="get",
        ours=lambda http: Us(http).get("conv_1"),
        theirs=lambda sdk: sdk.beta.conversations.get_async(conversation_id="conv_1"),
    ),
    Operation(
        intent="history",
        method="history",
        ours=lambda http: Us(http).history("conv_1"),
        theirs=lambda sdk: sdk.beta.conversations.get_history_async(conversation_id="conv_1"),
    ),
    Operation(
        intent="messages",
        method="messages",
        ours=lambda http: Us(http).messages("conv_1"),
        theirs=lambda sdk: sdk.beta.conversations.get_messages_async(conversation_id="conv_1"),
    ),
    Operation(
        intent="list",
        method="page",
        ours=lambda http: Us(http).page(2),
        theirs=lambda sdk: sdk.beta.conversations.list_async(page=2),
    ),
    Operation(
        intent="list by metadata",
        method="find",
        ours=lambda http: Us(http).find(METADATA),
        theirs=lambda sdk: sdk.beta.conversations.list_async(metadata=METADATA),
    ),
    Operation(
        intent="delete",
        method="delete",
        ours=lambda http: Us(http).delete("conv_1"),
        theirs=lambda sdk: sdk.beta.conversations.delete_async(conversation_id="conv_1"),
    ),
]
