"""What takes minutes: begun by a request, told of while it goes on, without anybody having to wait for it."""
