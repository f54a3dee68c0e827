/* The least a FastCGI page costs with the same library: accept, 100 bytes, finish. */
#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	static const char page[] = "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
	FCGX_Request request;
	int socket;

	if (argc != 2 || FCGX_Init() != 0)
		return 2;
	socket = FCGX_OpenSocket(argv[1], 1024);
	if (socket < 0)
		return 1;
	for (int i = 1; i < 4; i++)
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			break;
		}
	FCGX_InitRequest(&request, socket, 0);
	while (FCGX_Accept_r(&request) >= 0) {
		FCGX_PutStr(page, (int)strlen(page), request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
