"""Direct uploads: announce a file, receive it, start its job."""
