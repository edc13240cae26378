"""What the commands of `teach` share: the model that they are about, labels, pictures of files and of cameras."""
