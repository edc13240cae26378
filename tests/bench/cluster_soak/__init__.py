"""Many nodes on several brokers, of which one after the other is killed and started again."""
