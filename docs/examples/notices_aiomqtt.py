"""Prints what each view of every node shows, when it changes: `python notices_aiomqtt.py [BROKER [PORT]]`.

Needs aiomqtt 2. States are retained: whoever comes later gets the present ones at once.
"""

import asyncio
import json
import sys

import aiomqtt

RETRY_S = 5.0


async def main(broker: str, port: int) -> None:
    """Until it is stopped; connects again where the broker is away."""
    shown: dict[str, str] = {}
    while True:
        try:
            async with aiomqtt.Client(broker, port) as client:
                await client.subscribe("edgeclassify/+/+/state", qos=1)
                async for message in client.messages:
                    node, view = message.topic.value.split("/")[-3:-1]
                    state = json.loads(bytes(message.payload))
                    if shown.get(f"{node}/{view}") != state["label"]:
                        shown[f"{node}/{view}"] = state["label"]
                        print(f"{node} {view}: {state['label']} since {state['since']}", flush=True)
        except aiomqtt.MqttError as error:
            print(f"{broker}: {error}; again in {RETRY_S:g} s", file=sys.stderr, flush=True)
            await asyncio.sleep(RETRY_S)


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else "localhost"
    asyncio.run(main(address, int(sys.argv[2]) if len(sys.argv) > 2 else 1883))
