"""Events in PostgreSQL: `address` (which database), `session` (a connection, and what its errors mean), `schema`
(brought up to date by `migrations`, which have `views`), `store` (a batch folded in, by `statements`)."""
