"""Jobs on workers, in folders that last: begun, resumed, watched and stopped.

It knows neither campaigns nor training. In the order in which one meets them:

``problem_source``  where a problem comes from, and that it is still the same
``job``             what there is to do: a folder, a name, ``work(context)``
``job_context``     what a job is given in its worker: when to stop, where to report
``worker``          does one job, alone in its folder
``executors``       who runs workers: one file each, named by the key ``parallel.engine``
``dask_worker``     what a worker of a Dask cluster does with a job
``store``           objects, for workers that share no folder with the command; with it
                    ``stored_jobs``, the command's side, and a worker's, ``scratch`` and
                    ``stored_attempt``
``dispatcher``      hands jobs out, again after a worker's death, and stops on Ctrl-C
``batch``           a list of jobs from first to last
``attempt_log``     when, where and how fast a job was worked on
``budget``          how much time all attempts may take together
``job_log``         what has become of a job, a line at a time, in its folder
``telling``         the same by the logger ``nas``, for people
``progress``        how far its present attempt is
``pace``            how long a job takes, by its phases
``overview``        how far all jobs are, and how long the rest will take
``provenance``      what the machine and its packages are called in the records

This file imports none of them, so that the tables of a campaign open without torch.
"""
