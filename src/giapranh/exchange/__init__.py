"""The neighbour: agreements, signed ledgers, carriers, receipts."""
