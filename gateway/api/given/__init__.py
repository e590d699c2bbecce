"""Cards that come in: checked and sealed (`cards`), their codes (`codes`), whence (`sources`)."""
