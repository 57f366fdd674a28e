"""`python app.py` as one program: a supervisor with Redis, the web server and a worker as child processes."""
