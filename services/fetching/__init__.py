"""Files that clients name by a URL: fetched by the workers' parent processes, never by web processes.

`queue` stores the jobs whose file is to be fetched, `download` fetches one file over the webhooks' connection and under
their guard, `fetcher` puts it where an announced upload would arrive. From there on the job is one of those.
"""
