"""What happens to a message, told in order: one file a business flow, one coroutine a story."""
