"""OGC SensorThings API 1.1 at /sta/v1.1, behind a wall of its own.

    wsgi, urls, views  → door → access, batch, bulk, create, change, read, aggregate
    read               → options (path, filter grammar) → compile → mapping
    mqtt               the same over an MQTT broker

``mapping`` is the one module that knows how entities and properties of the standard sit in our tables; another
version of the standard gets another mapping and another door.
"""
