#include "report/html_run.h"
int
html_run(struct arena *a, const struct html_params *params)
{
	(void)a; (void)params; return 1;
}
