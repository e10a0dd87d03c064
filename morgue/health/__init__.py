"""What tells from the numbers of a site's days that something is wrong. Pure: numbers in, findings out."""
