"""`python app.py` as one program: a supervisor that runs Redis, the web server and a worker."""
