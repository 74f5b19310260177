"""What each file was made from: a record beside the outputs of every job, and how it is compared."""
