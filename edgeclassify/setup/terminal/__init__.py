"""What people see of it: questions, lines with a mark, a picture of coloured letters."""
