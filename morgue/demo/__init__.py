"""What `morgue demo` needs besides Morgue itself: a fictional newsroom to crawl."""
